package dev.ingest.benchmarks.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.core.AuditPolicy;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.Stage;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.InMemoryContent;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A whole engine with its watchers beside entries of which nothing is due for a month: verified
 * ones that wait for their expiry, and a tenth as many that failed and wait for an act. Audits and
 * scrubs are off, since the entries have no bytes. Content is in memory, so that the ledger's share
 * is measured; the heap is what the engine holds at the end of a round with its pool and its ledger
 * store: what is used then, less what is used once they are closed.
 */
final class OpenEntries {

  private static final Duration NOT_DUE_FOR = Duration.ofDays(30);
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration IDLE_TIME = Duration.ofHours(1);
  private static final byte[] BODY = new byte[1_000];
  private static final double MEBIBYTE = 1 << 20;
  private static final double MILLION = 1e6;

  private final Server server;
  private final int sequences;

  OpenEntries(Server server, int sequences) {
    this.server = server;
    this.sequences = sequences;
  }

  /** A ledger with its entries, and what was measured in it. */
  private static final class Filled {
    private final Place place;
    private final InMemoryContent content;
    private final Series series;
    private final double perMillion;
    private double heap;

    private Filled(Place place, InMemoryContent content, Series series, double perMillion) {
      this.place = place;
      this.content = content;
      this.series = series;
      this.perMillion = perMillion;
    }
  }

  List<LedgerFigures.Opened> measure(List<Long> sizes, int rounds) throws Exception {
    List<Filled> ledgers = new ArrayList<>();
    for (long size : sizes) {
      ledgers.add(filled(size));
    }
    // The first round of all compiles.
    for (int round = 0; round <= rounds; round++) {
      for (Filled ledger : ledgers) {
        Measured measured = once(ledger, "round-" + round);
        if (round > 0) {
          ledger.series.add(measured);
        }
      }
    }
    List<LedgerFigures.Opened> opened = new ArrayList<>();
    for (Filled ledger : ledgers) {
      ledger.place.drop();
      opened.add(LedgerFigures.opened(ledger.series, ledger.heap, ledger.perMillion));
    }
    return opened;
  }

  private Filled filled(long size) throws SQLException {
    Place place = server.place("open_" + size);
    InMemoryContent content = new InMemoryContent();
    long before;
    try (HikariDataSource pool = place.pool();
        LedgerStore store = LedgerSetup.open(pool)) {
      // A ledger and a content store bind to each other while both are empty.
      engine(store, content, EngineListener.NONE).close();
      before = bytes();
      PendingEntries.addWaiting(pool, size, NOT_DUE_FOR);
    }
    double perMillion = (bytes() - before) / MEBIBYTE / (size / MILLION);
    return new Filled(
        place, content, new Series("%,d open entries".formatted(size), ""), perMillion);
  }

  private long bytes() throws SQLException {
    return server.number("SELECT pg_database_size(current_database())");
  }

  private Measured once(Filled ledger, String round) throws Exception {
    ledger.place.settle();
    Ends ends = new Ends(sequences);
    double open;
    long nanos;
    try (HikariDataSource pool = ledger.place.filledPool();
        LedgerStore store = LedgerSetup.open(pool);
        Ingest ingest = engine(store, ledger.content, ends)) {
      for (int i = 0; i < sequences; i++) {
        submit(ingest, SequenceKey.of("owner-" + i % Items.OWNERS, round + "-" + i));
      }
      long start = System.nanoTime();
      ingest.start();
      ends.await();
      nanos = System.nanoTime() - start;
      open = heap();
    }
    ledger.heap = Math.max(ledger.heap, open - heap());
    return new Measured(sequences, nanos, "");
  }

  private static Ingest engine(
      LedgerStore store, InMemoryContent content, EngineListener listener) {
    return Ingest.builder()
        .ledger(store)
        .content(content.access())
        .pipeline(
            Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build())
        .limits(new IntakeLimits(1, BODY.length, BODY.length, OwnerQuota.UNLIMITED, IDLE_TIME))
        .listener(listener)
        .audits(AuditPolicy.NEVER)
        .scrub(ScrubPolicy.DEFAULT.withOn(false))
        .allowVolatileStores()
        .build();
  }

  private static void submit(Ingest ingest, SequenceKey key) throws IOException {
    ingest.submit(key, upload -> upload.add(ItemName.of("item"), BODY));
  }

  private static double heap() {
    Runtime runtime = Runtime.getRuntime();
    runtime.gc();
    return (runtime.totalMemory() - runtime.freeMemory()) / MEBIBYTE;
  }

  /** Counts publications down; a sequence that fails is waited for in vain. */
  private static final class Ends implements EngineListener {

    private final CountDownLatch left;

    Ends(int count) {
      left = new CountDownLatch(count);
    }

    @Override
    public void published(Entry entry) {
      left.countDown();
    }

    void await() throws InterruptedException {
      if (!left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException(left.getCount() + " sequences were not published");
      }
    }
  }
}
