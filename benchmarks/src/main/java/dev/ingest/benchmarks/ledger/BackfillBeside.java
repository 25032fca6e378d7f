package dev.ingest.benchmarks.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.benchmarks.Folders;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.store.file.FileContent;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * How many live sequences one engine on PostgreSQL takes to VERIFIED in a second, alone and beside
 * a backfill that may take a share of its work, in turns. Each attempt of the stage waits {@value
 * #STAGE_MILLIS} ms, as for another system, so that an engine's room for work is what both want.
 * All live sequences are there before the engine starts: it is never without one. A quarter as many
 * are backfilled, most of them after the live ones are through, so that it is never without those
 * either.
 */
public final class BackfillBeside {

  private static final int PARALLELISM = 16;
  private static final int SHARE = 4;
  private static final int ROUNDS = 3;
  private static final int LIVE = 3_000;
  private static final long STAGE_MILLIS = 50;
  private static final byte[] BODY = new byte[1_000];
  private static final Duration LEAST_POLL = Duration.ofMillis(50);

  private final int rounds;
  private final int live;
  private final int old;
  private final Path folder;
  private final PrintStream out;

  private BackfillBeside(int rounds, int live, Path folder, PrintStream out) {
    this.rounds = rounds;
    this.live = live;
    this.old = live / 4;
    this.folder = folder;
    this.out = out;
  }

  /**
   * Measures and prints a table.
   *
   * @param args none
   * @throws Exception if a backfill does not end as COMPLETE
   */
  public static void main(String[] args) throws Exception {
    run(ROUNDS, LIVE, System.out);
  }

  static void run(int rounds, int live, PrintStream out) throws Exception {
    Path folder = Folders.create("ingest-beside");
    try {
      new BackfillBeside(rounds, live, folder, out).measure();
    } finally {
      Folders.delete(folder);
    }
  }

  private void measure() throws Exception {
    out.printf("| round | live alone/s | live beside/s | ratio | backfilled meanwhile |%n");
    out.printf("|---|---|---|---|---|%n");
    try (Server server = Server.start(Options.DEFAULT)) {
      Place place = server.place("beside");
      try (HikariDataSource pool = place.filledPool()) {
        LedgerSetup.apply(pool);
        try (LedgerStore ledger = LedgerSetup.open(pool);
            FileContent content = new FileContent(folder, InstantSource.system())) {
          for (int round = 1; round <= rounds; round++) {
            round(new Stores(ledger, content, place), round);
          }
        }
      }
      place.drop();
    }
  }

  private record Stores(LedgerStore ledger, FileContent content, Place place) {}

  private void round(Stores stores, int round) throws Exception {
    String backfill = "round-" + round;
    fail(stores, "old-" + round);
    freeze(stores, backfill);
    double alone = live(stores, "alone-" + round, Optional.empty());
    double beside = live(stores, "beside-" + round, Optional.of(backfill));
    long done;
    try (Ingest ingest = engine(stores)) {
      done = progress(ingest, backfill).counts().done();
      ingest.start();
      await(() -> progress(ingest, backfill).phase().isOver());
      BackfillProgress end = progress(ingest, backfill);
      if (end.phase() != BackfillPhase.COMPLETE || end.counts().done() != old) {
        throw new IllegalStateException("expected " + old + " done, found " + end);
      }
    }
    out.printf(
        Locale.ROOT,
        "| %d | %.0f | %.0f | %.2f | %d of %d |%n",
        round,
        alone,
        beside,
        beside / alone,
        done,
        old);
  }

  /** Takes live sequences to VERIFIED, beside a backfill if one is to be started. */
  private double live(Stores stores, String prefix, Optional<String> backfill) throws Exception {
    try (Ingest ingest = engine(stores)) {
      submit(ingest, prefix, live);
      backfill.ifPresent(name -> ingest.acts("carol", "a measurement").backfills().start(name));
      long began = System.nanoTime();
      ingest.start();
      await(
          () ->
              stores
                      .place()
                      .count(
                          "ingest_entries",
                          "state = 'VERIFIED' AND id LIKE '%s-%%'".formatted(prefix))
                  == live);
      return live * 1e9 / (System.nanoTime() - began);
    }
  }

  /** Leaves sequences that have failed for good. */
  private void fail(Stores stores, String prefix) throws Exception {
    try (Ingest ingest = builder(stores, BackfillBeside::refuse)) {
      submit(ingest, prefix, old);
      ingest.runUntilIdle();
    }
  }

  private static void freeze(Stores stores, String backfill) {
    try (Ingest ingest = engine(stores)) {
      ingest
          .acts("carol", "a measurement")
          .backfills()
          .plan(
              backfill,
              BackfillOrder.of(IncidentQuery.ALL.in(Set.of(State.FAILED)))
                  .at(new BackfillPace(BackfillPace.MAX_PER_SECOND, SHARE)));
    }
  }

  private void submit(Ingest ingest, String prefix, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      ingest.submit(
          SequenceKey.of("owner-" + i % 100, prefix + "-" + i),
          upload -> upload.add(ItemName.of("a"), BODY));
    }
  }

  private static Ingest engine(Stores stores) {
    return builder(stores, BackfillBeside::copy);
  }

  private static Ingest builder(Stores stores, Stage.ItemWork each) {
    return Ingest.builder()
        .ledger(stores.ledger())
        .content(stores.content().access())
        .pipeline(
            Pipeline.named("copy")
                .stage(Stage.perItem("copy", 1, each))
                .expect(Expectation.onePerItem())
                .build())
        .work(WorkPolicy.DEFAULT.withParallelism(PARALLELISM))
        .withoutWatch()
        .build();
  }

  private static void copy(StageItem item, StageContext context) throws IOException {
    LockSupport.parkNanos(Duration.ofMillis(STAGE_MILLIS).toNanos());
    context.emit(item.name(), item.open());
  }

  private static void refuse(StageItem item, StageContext context) {
    throw new PermanentStageException("this release refuses " + item.name());
  }

  private static BackfillProgress progress(Ingest ingest, String name) {
    return ingest.backfills().progress(name).orElseThrow();
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    while (!condition.holds()) {
      LockSupport.parkNanos(LEAST_POLL.toNanos());
    }
  }
}
