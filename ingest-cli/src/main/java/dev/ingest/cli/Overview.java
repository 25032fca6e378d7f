package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.core.Beat;
import dev.ingest.core.Outlook;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The state of everything at one time, on one screen.
 *
 * @param ledger where it is
 * @param census what is in which state
 * @param unproven what is not proven, nearest expiry first, at most {@link #LOOKED_AT}
 * @param expiring what expires next
 * @param digests the last alerts, newest first
 * @param beats when each watcher last did its work
 */
record Overview(
    String ledger,
    Census census,
    List<Entry> unproven,
    List<Entry> expiring,
    List<AlertDigest> digests,
    List<Beat> beats) {

  /** How many of what is not proven are looked at; more are told as that many or more. */
  static final int LOOKED_AT = 1_000;

  private static final int SHOWN = 5;
  private static final Duration EVER = Duration.ofDays(366_000);

  static Overview of(LedgerStore store, Outlook outlook) {
    return new Overview(
        store.name(),
        store.ledger().census(Optional.empty()),
        outlook.unproven(EVER, LOOKED_AT),
        outlook.expiring(EVER, SHOWN),
        store.alerts().latest(SHOWN),
        outlook.beats());
  }

  boolean needsPerson() {
    Instant now = census.asOf();
    return census.count(State.FAILED) > 0
        || census.count(State.LOST) > 0
        || overdue() > 0
        || beats.stream().anyMatch(beat -> beat.holder().isPresent() && beat.isSilent(now));
  }

  private long overdue() {
    return unproven.stream().filter(entry -> Attention.isOverdue(entry, census.asOf())).count();
  }

  private long atRisk() {
    return unproven.stream().filter(entry -> entry.standing().isAtRisk()).count();
  }

  List<String> lines() {
    Instant now = census.asOf();
    List<String> lines = new ArrayList<>();
    lines.add(now + "  " + ledger);
    lines.add("");
    StringBuilder states = new StringBuilder();
    for (State state : State.values()) {
      if (census.count(state) > 0) {
        states.append("%s %,d   ".formatted(state, census.count(state)));
      }
    }
    lines.add("%saccepted in all %,d".formatted(states, census.total()));
    lines.add(
        "overdue %d%s   at risk %d%s   uploads open %,d"
            .formatted(overdue(), orMore(), atRisk(), orMore(), census.openSessions()));
    section(lines, "not proven, nearest expiry first", unproven, entry -> entryLine(entry, now));
    section(lines, "next to expire", expiring, entry -> entryLine(entry, now));
    section(lines, "last alerts", digests, Overview::digestLine);
    section(lines, "watchers", beats, beat -> beatLine(beat, now), beats.size());
    return lines;
  }

  private String orMore() {
    return unproven.size() == LOOKED_AT ? " or more" : "";
  }

  private static <T> void section(
      List<String> lines, String title, List<T> all, Function<T, String> line) {
    section(lines, title, all, line, SHOWN);
  }

  private static <T> void section(
      List<String> lines, String title, List<T> all, Function<T, String> line, int limit) {
    lines.add("");
    lines.add(title + (all.isEmpty() ? ": none" : ""));
    all.stream().limit(limit).map(line).forEach(text -> lines.add("  " + text));
  }

  private static String entryLine(Entry entry, Instant now) {
    return "%-16s %-10s %s%s"
        .formatted(
            EntryText.left(now, entry.receipt().expiresAt()),
            entry.state(),
            entry.key(),
            Attention.isOverdue(entry, now) ? "  OVERDUE" : "");
  }

  private static String digestLine(AlertDigest digest) {
    StringBuilder text = new StringBuilder("#%d %s".formatted(digest.ordinal(), digest.sealedAt()));
    for (AlertDigest.Line line : digest.lines()) {
      text.append("  %s ×%d".formatted(line.group().code(), line.count()));
      line.samples().stream().findFirst().ifPresent(key -> text.append(' ').append(key));
    }
    return digest.lines().isEmpty() ? text.append("  nothing").toString() : text.toString();
  }

  private static String beatLine(Beat beat, Instant now) {
    Duration age = Duration.between(beat.last(), now);
    return "%-9s %s%s"
        .formatted(
            beat.watcher(),
            beat.holder()
                .map(node -> "beat %d s ago on %s".formatted(age.toSeconds(), node))
                .orElse("ended in order"),
            beat.holder().isPresent() && beat.isSilent(now) ? "  SILENT" : "");
  }

  void write(JsonOutput json) {
    Instant now = census.asOf();
    json.write(
        out -> {
          out.writeStringField("asOf", now.toString());
          out.writeObjectFieldStart("states");
          for (State state : State.values()) {
            out.writeNumberField(state.name(), census.count(state));
          }
          out.writeEndObject();
          out.writeNumberField("accepted", census.total());
          out.writeNumberField("openUploads", census.openSessions());
          out.writeNumberField("overdue", overdue());
          out.writeNumberField("atRisk", atRisk());
          out.writeBooleanField("orMore", unproven.size() == LOOKED_AT);
          out.writeArrayFieldStart("unproven");
        });
    unproven.stream().limit(SHOWN).forEach(entry -> json.entry(entry, now));
    json.write(
        out -> {
          out.writeEndArray();
          out.writeArrayFieldStart("expiring");
        });
    expiring.forEach(entry -> json.entry(entry, now));
    json.write(
        out -> {
          out.writeEndArray();
          out.writeArrayFieldStart("digests");
        });
    digests.forEach(json::digest);
    json.write(
        out -> {
          out.writeEndArray();
          out.writeArrayFieldStart("watchers");
        });
    beats.forEach(beat -> json.beat(beat, now));
    json.write(JsonGenerator::writeEndArray);
  }
}
