package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.core.Beat;
import dev.ingest.core.Blockage;
import dev.ingest.core.LastWord;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.Outlook;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.text.Times;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The state of everything at one time, on one screen.
 *
 * @param ledger where it is
 * @param census what is in which state
 * @param marks how many of what is not proven are overdue and at risk
 * @param unproven what is not proven, nearest expiry first, at most {@link #SHOWN}
 * @param expiring what expires next
 * @param digests the last alerts, newest first
 * @param beats when each watcher last did its work
 * @param waiting whether alerts wait that no sink has taken
 * @param audit what the last audit came to that the engines made by themselves
 * @param blocked work that no live node can run
 * @param contentOut since when a live node tells that the content store is out, if one does
 */
record Overview(
    String ledger,
    Census census,
    Marks marks,
    List<Entry> unproven,
    List<Entry> expiring,
    List<AlertDigest> digests,
    List<Beat> beats,
    boolean waiting,
    Optional<LatestAudit> audit,
    List<Blockage> blocked,
    Optional<Instant> contentOut) {

  /** How many of what is not proven are looked at for a screen that is drawn again and again. */
  static final int LOOKED_AT = 1_000;

  /** How many lines a list has at most. */
  static final int SHOWN = 5;

  private static final Set<State> UNPROVEN =
      Set.of(State.ACCEPTED, State.PROCESSING, State.PROCESSED, State.FAILED);

  /**
   * How many of what is not proven have a mark.
   *
   * @param overdue past their deadline and in flight
   * @param atRisk told of as at risk
   * @param orMore whether not all were looked at
   */
  record Marks(long overdue, long atRisk, boolean orMore) {

    static Marks of(List<Entry> entries, Instant now, boolean orMore) {
      return new Marks(
          entries.stream().filter(entry -> Outlook.isOverdue(entry, now)).count(),
          entries.stream().filter(entry -> entry.standing().isAtRisk()).count(),
          orMore);
    }

    private Marks plus(Entry entry, Instant now) {
      return new Marks(
          overdue + (Outlook.isOverdue(entry, now) ? 1 : 0),
          atRisk + (entry.standing().isAtRisk() ? 1 : 0),
          orMore);
    }
  }

  /** Looks at a bounded number of entries, for a screen that is drawn again and again. */
  static Overview of(LedgerStore store, Outlook outlook) {
    Census census = store.ledger().census(Optional.empty());
    List<Entry> nearest = outlook.unproven(TimePolicy.LONGEST, LOOKED_AT);
    boolean orMore = nearest.size() == LOOKED_AT;
    return of(store, outlook, census, nearest, Marks.of(nearest, census.asOf(), orMore));
  }

  /** Looks at all that is not proven, for an answer that is acted on. */
  static Overview ofAll(LedgerStore store, Outlook outlook) {
    Census census = store.ledger().census(Optional.empty());
    Marks[] marks = {new Marks(0, 0, false)};
    Accounts.scan(
        store.ledger(),
        new ScanQuery(
            Optional.empty(), Optional.empty(), UNPROVEN, Optional.empty(), ScanQuery.MAX_LIMIT),
        entry -> marks[0] = marks[0].plus(entry, census.asOf()));
    return of(store, outlook, census, outlook.unproven(TimePolicy.LONGEST, SHOWN), marks[0]);
  }

  private static Overview of(
      LedgerStore store, Outlook outlook, Census census, List<Entry> nearest, Marks marks) {
    return new Overview(
        store.name(),
        census,
        marks,
        nearest.subList(0, Math.min(SHOWN, nearest.size())),
        outlook.expiring(TimePolicy.LONGEST, SHOWN),
        store.alerts().latest(SHOWN),
        outlook.beats(),
        LastWord.isAlertWaiting(store),
        outlook.latestAudit(),
        outlook.blocked(),
        outlook.contentOutSince());
  }

  boolean needsPerson() {
    return census.count(State.FAILED) > 0
        || census.count(State.LOST) > 0
        || marks.overdue() > 0
        || !blocked.isEmpty()
        || contentOut.isPresent()
        || audit.filter(latest -> !latest.isClean()).isPresent()
        || beats.stream().anyMatch(beat -> beat.isSilent(census.asOf()))
        || (waiting && !unwatched().isEmpty());
  }

  private List<String> unwatched() {
    return Outlook.unwatched(beats, census.asOf());
  }

  private long unprovenInAll() {
    return UNPROVEN.stream().mapToLong(census::count).sum();
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
        "overdue %,d%s   at risk %,d%s   uploads open %,d"
            .formatted(marks.overdue(), orMore(), marks.atRisk(), orMore(), census.openSessions()));
    String title = "not proven, nearest expiry first, %,d in all".formatted(unprovenInAll());
    section(lines, title, unproven, entry -> entryLine(entry, now));
    section(lines, "next to expire", expiring, entry -> entryLine(entry, now));
    if (!blocked.isEmpty()) {
      section(lines, "blocked", blocked, one -> NodesText.blocked(one, now));
    }
    contentOut.ifPresent(since -> lines.add(contentOut(since)));
    section(lines, "last alerts", digests, Overview::digestLine);
    section(lines, "watchers", beats, beat -> beatLine(beat, now));
    unwatched(unwatched(), waiting).ifPresent(text -> lines.add("  " + text));
    lines.add("");
    lines.add("last audit: " + audit.map(latest -> auditLine(latest, now)).orElse("none yet"));
    return lines;
  }

  /** Says since when live nodes tell that the content store is out. */
  static String contentOut(Instant since) {
    return "the content store is out since %s: it does not answer, or takes no bytes of, a node"
        .formatted(since);
  }

  private String orMore() {
    return marks.orMore() ? " or more" : "";
  }

  private static <T> void section(
      List<String> lines, String title, List<T> all, Function<T, String> line) {
    lines.add("");
    lines.add(title + (all.isEmpty() ? ": none" : ""));
    all.stream().map(line).forEach(text -> lines.add("  " + text));
  }

  private static String entryLine(Entry entry, Instant now) {
    return "%-18s %-10s %s%s%s%s"
        .formatted(
            Times.left(now, entry.receipt().expiresAt()),
            entry.state(),
            entry.key(),
            Outlook.isOverdue(entry, now) ? "  OVERDUE" : "",
            entry.standing().isAtRisk() ? "  AT RISK" : "",
            entry.standing().hold().map(hold -> "  held by " + hold.actor()).orElse(""));
  }

  private static String digestLine(AlertDigest digest) {
    StringBuilder text = new StringBuilder("#%d %s".formatted(digest.ordinal(), digest.sealedAt()));
    for (AlertDigest.Line line : digest.lines()) {
      text.append("  %s ×%d".formatted(line.group().code(), line.count()));
      String about =
          line.samples().stream().findFirst().map(Object::toString).orElse(line.group().stage());
      text.append(about.isEmpty() ? "" : " " + about);
    }
    return digest.lines().isEmpty() ? text.append("  nothing").toString() : text.toString();
  }

  private static String beatLine(Beat beat, Instant now) {
    String ago = Times.ago(now, beat.last());
    return "%-9s %s%s"
        .formatted(
            beat.watcher(),
            beat.holder()
                .map(node -> "beat %s on %s".formatted(ago, node))
                .orElse(beat.beats() == 0 ? "never beat, missed since " + ago : "ended in order"),
            beat.isSilent(now) ? "  SILENT" : "");
  }

  /** Says that nobody watches, if nobody does. */
  static Optional<String> unwatched(List<String> names, boolean waiting) {
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "NOBODY WATCHES: no %s is at work%s; `ingest run` watches"
                .formatted(String.join(" and no ", names), waiting ? ", and alerts wait" : ""));
  }

  private static String auditLine(LatestAudit audit, Instant now) {
    String found =
        audit.findings().isEmpty()
            ? "nothing found"
            : new TreeMap<>(audit.findings())
                .entrySet().stream()
                    .map(kind -> kind.getKey() + " ×" + kind.getValue())
                    .collect(Collectors.joining("  "));
    return "%s ago, %,d sequences, %s%s"
        .formatted(
            Times.span(Duration.between(audit.endedAt(), now)),
            audit.sequences(),
            found,
            audit.unreadCount() == 0
                ? ""
                : "  INCOMPLETE, %,d parts unread".formatted(audit.unreadCount()));
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
          out.writeNumberField("overdue", marks.overdue());
          out.writeNumberField("atRisk", marks.atRisk());
          out.writeArrayFieldStart("unproven");
        });
    unproven.forEach(entry -> json.entry(entry, now));
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
    json.write(
        out -> {
          out.writeEndArray();
          out.writeArrayFieldStart("unwatched");
          for (String name : unwatched()) {
            out.writeString(name);
          }
        });
    json.write(JsonGenerator::writeEndArray);
    json.write(out -> NodesJson.blocked(out, blocked));
    contentOut.ifPresent(json::contentOut);
    if (audit.isPresent()) {
      json.audit(audit.get());
    }
  }
}
