package dev.ingest.console;

import static dev.ingest.console.Sections.badge;
import static dev.ingest.console.Sections.cell;
import static dev.ingest.console.Sections.section;
import static dev.ingest.console.Sections.table;

import dev.ingest.core.Beat;
import dev.ingest.core.Blockage;
import dev.ingest.core.Finding;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.Outlook;
import dev.ingest.core.text.Times;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The first page: whether all is accounted for, and what comes next. */
final class OverviewPage {

  private static final Duration LOOKED_AT = Duration.ofMinutes(1);

  private final Snapshot snapshot;

  /** By the ledger's clock; where that is unknown, so is all that needs it. */
  private final Part<Instant> now;

  OverviewPage(Snapshot snapshot) {
    this.snapshot = snapshot;
    this.now = snapshot.now();
  }

  String document() {
    return Page.living("Overview", this::main);
  }

  private void main(Html html) {
    section(html, "accounts", "Accounted for", snapshot.counted().accounts(), this::accounts);
    section(html, "states", "States", snapshot.counted().states(), OverviewPage::states);
    section(html, "audit", "Last audit", timed(snapshot.counted().audit()), OverviewPage::audit);
    section(html, "blocked", "Blocked", timed(snapshot.near().blocked()), OverviewPage::blocked);
    section(
        html,
        "unproven",
        "Not proven, nearest expiry first",
        timed(snapshot.near().unproven()),
        OverviewPage::unproven);
    section(html, "heat", "Accepted per hour (UTC)", snapshot.counted().heat(), HeatTable::write);
    section(html, "watchers", "Watchers", timed(snapshot.watch().beats()), OverviewPage::beats);
    section(html, "digests", "Last digests", snapshot.watch().digests(), OverviewPage::digests);
    new WorkSections(snapshot.work(), now).write(html);
  }

  /**
   * A part that is shown with the ledger's time.
   *
   * @param value the part
   * @param now the time
   */
  record At<T>(T value, Instant now) {}

  private <T> Part<At<T>> timed(Part<T> part) {
    return Part.both(part, now, At::new);
  }

  private void accounts(Html html, Accounts accounts) {
    boolean whole = accounts.unaccountedFor() == 0;
    html.tag(
        "p",
        in ->
            in.text("strong", "%,d".formatted(accounts.unaccountedFor()), "id", "unaccounted-for")
                .text(" unaccounted for"),
        "class",
        whole ? "headline good" : "headline bad");
    html.tag(
        "p",
        in ->
            in.text("span", "%,d".formatted(accounts.accepted()), "id", "accepted")
                .text(" accepted, ")
                .text("span", "%,d".formatted(accounts.verified()), "id", "verified")
                .text(" verified; counted " + accounts.ended()));
    if (!whole) {
      html.text(
          "p",
          "The counts that are kept and the entries do not add up. `ingest census --recount` says"
              + " where, `ingest audit` which sequences.");
    }
  }

  private static void states(Html html, Census census) {
    html.tag(
        "dl",
        in -> {
          for (State state : State.values()) {
            in.tag(
                "div",
                one ->
                    one.text("dt", state.name())
                        .text("dd", "%,d".formatted(census.count(state)), "id", "state-" + state),
                "class",
                needsPerson(state) && census.count(state) > 0 ? "bad" : "plain");
          }
          in.tag(
              "div",
              one ->
                  one.text("dt", "open uploads").text("dd", "%,d".formatted(census.openSessions())),
              "class",
              "plain");
        },
        "class",
        "figures");
    html.text("p", "As of " + census.asOf(), "class", "quiet");
  }

  private static boolean needsPerson(State state) {
    return switch (state) {
      case FAILED, LOST -> true;
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, EXPIRING, EXPIRED, DISCARDING, DISCARDED ->
          false;
    };
  }

  private static void audit(Html html, At<Optional<LatestAudit>> latest) {
    if (latest.value().isEmpty()) {
      html.text("p", "None has ended yet.", "class", "warn");
      return;
    }
    LatestAudit audit = latest.value().get();
    String found =
        audit.findings().isEmpty()
            ? "nothing found"
            : new TreeMap<Finding.Kind, Long>(audit.findings())
                .entrySet().stream()
                    .map(kind -> kind.getKey() + " ×" + kind.getValue())
                    .collect(Collectors.joining(", "));
    html.text(
        "p",
        "%s: %,d sequences, %,d keys, %s"
            .formatted(
                Times.ago(latest.now(), audit.endedAt()),
                audit.sequences(),
                audit.objects(),
                found),
        "class",
        audit.isClean() ? "good" : "bad");
    if (audit.unreadCount() > 0) {
      Sections.unknown(html, "%,d parts could not be read".formatted(audit.unreadCount()));
    }
  }

  private static void blocked(Html html, At<List<Blockage>> blocked) {
    table(
        html,
        "Blocked work",
        List.of("Work", "Waiting", "Oldest since", "Found"),
        blocked.value(),
        (row, one) -> {
          cell(row, in -> in.given(work(one.work())));
          Sections.number(row, one.sequences());
          cell(row, one.oldest().toString());
          boolean old = Duration.between(one.seen(), blocked.now()).compareTo(LOOKED_AT) > 0;
          cell(
              row, Times.ago(blocked.now(), one.seen()) + (old ? "; nobody has looked since" : ""));
        });
  }

  static String work(WorkRef work) {
    return work.pipeline() + " " + work.stage().map(StageRef::toString).orElse("verification");
  }

  private static void unproven(Html html, At<Snapshot.Listed<Entry>> unproven) {
    table(
        html,
        "Sequences that are not proven",
        List.of("Sequence", "State", "Raw bytes expire", "Deadline", "Age", "Why"),
        unproven.value().all(),
        (row, entry) -> unproven(row, entry, unproven.now()));
    Sections.more(html, unproven.value());
  }

  private static void unproven(Html row, Entry entry, Instant now) {
    cell(row, in -> Sections.sequence(in, entry.key()));
    cell(row, in -> marks(in, entry, now));
    cell(row, Times.left(now, entry.receipt().expiresAt()));
    cell(row, Times.left(now, entry.receipt().deadline()));
    cell(row, Times.span(Duration.between(entry.receipt().acceptedAt(), now)));
    cell(
        row,
        in ->
            entry
                .standing()
                .failure()
                .ifPresent(
                    failure -> in.text(failure.code() + " ").given(shortened(failure.message()))));
  }

  /** The state of a sequence, and what stands out. */
  static void marks(Html html, Entry entry, Instant now) {
    badge(html, entry.state().name(), needsPerson(entry.state()) ? "bad" : "plain");
    if (Outlook.isOverdue(entry, now)) {
      badge(html.text(" "), "OVERDUE", "bad");
    }
    if (entry.standing().isAtRisk()) {
      badge(html.text(" "), "AT RISK", "bad");
    }
    entry
        .standing()
        .hold()
        .ifPresent(
            hold -> html.text(" ").tag("span", in -> in.text("held by ").given(hold.actor())));
  }

  private static String shortened(String text) {
    int most = 120;
    return text.length() <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, most))) + " …";
  }

  private static void beats(Html html, At<List<Beat>> beats) {
    table(
        html,
        "Watchers",
        List.of("Watcher", "Beat", "Node"),
        beats.value(),
        (row, beat) -> {
          cell(row, in -> in.given(beat.watcher()));
          boolean silent = beat.isSilent(beats.now());
          cell(
              row,
              in -> {
                in.text(
                    beat.holder().isEmpty() && beat.beats() > 0
                        ? "ended in order"
                        : beat.beats() == 0
                            ? "never, missed since " + Times.ago(beats.now(), beat.last())
                            : Times.ago(beats.now(), beat.last()));
                if (silent) {
                  badge(in.text(" "), "SILENT", "bad");
                }
              });
          cell(row, in -> beat.holder().ifPresent(node -> in.given(node.value())));
        });
  }

  private static void digests(Html html, Snapshot.Digests digests) {
    table(
        html,
        "Digests",
        List.of("Digest", "Sealed", "Alerts"),
        digests.latest(),
        (row, digest) -> {
          cell(row, in -> ordinal(in, digest, digests.isWaiting(digest)));
          cell(row, digest.sealedAt().toString());
          cell(
              row,
              in -> {
                if (digest.lines().isEmpty()) {
                  in.text("nothing");
                } else {
                  in.tag("ul", list -> digest.lines().forEach(line -> alert(list, line)));
                }
              });
        });
  }

  private static void ordinal(Html html, AlertDigest digest, boolean isWaiting) {
    html.text("#" + digest.ordinal());
    if (isWaiting) {
      badge(html.text(" "), "WAITS", "bad");
    }
  }

  private static void alert(Html list, AlertDigest.Line line) {
    list.tag(
        "li",
        in -> {
          in.text("strong", line.group().code()).text(" ×%,d ".formatted(line.count()));
          for (SequenceKey sample : line.samples()) {
            Sections.sequence(in, sample);
            in.text(" ");
          }
          in.given(shortened(line.message()));
        });
  }
}
