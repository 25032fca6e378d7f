package dev.ingest.console;

import dev.ingest.console.Snapshot.Counted;
import dev.ingest.console.Snapshot.Digests;
import dev.ingest.console.Snapshot.Listed;
import dev.ingest.console.Snapshot.Near;
import dev.ingest.console.Snapshot.Watch;
import dev.ingest.console.Snapshot.Work;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Ingest;
import dev.ingest.core.TimePolicy;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Reads all that the first page shows, each part by itself. For one thread. */
final class SnapshotReader {

  /** How many sequences are listed at most. */
  static final int SEQUENCES = 50;

  /** How many routes, rates, nodes or backfills are listed at most. */
  static final int LISTED = 100;

  /** How many digests are listed at most. */
  static final int DIGESTS = 10;

  /** How far back rates go. */
  static final Duration RATES = Duration.ofHours(1);

  private static final int MOST_BACKFILLS = 1_000;

  private final LedgerStore ledger;
  private final Ingest ingest;
  private final AccountsWalk accounts;
  private final HeatWalk heat;
  private long ordinal;

  SnapshotReader(LedgerStore ledger, Ingest ingest) {
    this.ledger = ledger;
    this.ingest = ingest;
    this.accounts = new AccountsWalk(ledger);
    this.heat = new HeatWalk(ledger.ledger());
  }

  Snapshot read() {
    ordinal++;
    return new Snapshot(
        ordinal,
        Part.of("the ledger's time", () -> ledger.ledger().now()),
        counted(),
        near(),
        work(),
        watch());
  }

  private Counted counted() {
    return new Counted(
        Part.unlessThrown("what is accounted for", accounts::look),
        Part.of("the census", () -> ledger.ledger().census(Optional.empty())),
        Part.unlessThrown("the census per hour", heat::look),
        Part.of("the last audit", () -> ingest.outlook().latestAudit()));
  }

  private Near near() {
    return new Near(
        Part.of(
            "what is not proven",
            () ->
                Listed.cut(
                    ingest.outlook().unproven(TimePolicy.LONGEST, SEQUENCES + 1), SEQUENCES)),
        Part.of("what is blocked", () -> ingest.outlook().blocked()));
  }

  private Work work() {
    return new Work(
        Part.of("the routes", () -> Listed.cut(ingest.routes().list("", LISTED + 1), LISTED)),
        Part.of("the rates", () -> ingest.nodes().rates(RATES)),
        Part.of("the nodes", () -> Listed.cut(ingest.nodes().all(), LISTED)),
        Part.of("the backfills", this::backfills));
  }

  /** Those that are over come last, so that none under way is cut off before them. */
  private Listed<BackfillProgress> backfills() {
    List<BackfillProgress> read = ingest.backfills().list("", MOST_BACKFILLS);
    List<BackfillProgress> sorted = new ArrayList<>(read);
    sorted.sort(
        Comparator.comparing((BackfillProgress one) -> one.phase().isOver())
            .thenComparing(one -> one.last().at(), Comparator.reverseOrder()));
    Listed<BackfillProgress> shown = Listed.cut(sorted, LISTED);
    return new Listed<>(shown.all(), shown.more() || read.size() == MOST_BACKFILLS);
  }

  private Watch watch() {
    return new Watch(
        Part.of("the last digests", this::digests),
        Part.of("the watchers' beats", () -> ingest.outlook().beats()));
  }

  /** What waits is read last, so that what was taken meanwhile is not shown as waiting. */
  private Digests digests() {
    List<AlertDigest> latest = ledger.alerts().latest(DIGESTS);
    return new Digests(
        latest, ledger.alerts().unsent(1).stream().findFirst().map(AlertDigest::ordinal));
  }
}
