package dev.ingest.benchmarks.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.core.engine.KeyLayout;
import dev.ingest.core.engine.NodeExpirer;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryContent;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Expires the half of many pending entries, a million at most, that is due at once, through the
 * real expirer and with its two commits for each, over a content store that lists what was asked
 * for and keeps nothing, so that the ledger's share is measured. The rate is told for each tenth,
 * since it must not fall as what is due becomes less, and beside it the heap that is used after a
 * collection.
 */
final class Expiries {

  private static final int TENTHS = 10;
  private static final int ITEMS = 10;
  private static final long MOST_DUE = 1_000_000;

  /** Clocks that are off by a millisecond are believed within it, and none are within no grace. */
  private static final Duration GRACE = Duration.ofMinutes(1);

  private final Server server;
  private final Report report;

  Expiries(Server server, Report report) {
    this.server = server;
    this.report = report;
  }

  void measure(long rows) throws Exception {
    Place place = server.place("expiries_" + rows);
    try (HikariDataSource pool = place.pool()) {
      LedgerSetup.apply(pool);
      PendingEntries.add(pool, rows, Math.min(rows / 2, MOST_DUE), GRACE);
    }
    place.settle();
    report.line("| expired so far | sequences/s | heap used |");
    report.line("|---|---|---|");
    try (HikariDataSource pool = place.pool();
        LedgerStore store = LedgerSetup.open(pool);
        NodeExpirer expirer =
            new NodeExpirer(store, new ContentAccess(new Listings(), Expiries::gone), GRACE)) {
      long due =
          place.count(
              "ingest_entries",
              "state IN ('VERIFIED', 'EXPIRING') AND expires_at <= "
                  + now()
                  + " - "
                  + GRACE.toMillis());
      long gone = 0;
      long next = due / TENTHS;
      Optional<CpuTime> before = CpuTime.now(server);
      long from = System.nanoTime();
      long fromGone = 0;
      int idle = 0;
      while (gone < due && idle < 2) {
        int done = expirer.tick();
        gone += done;
        idle = done == 0 ? idle + 1 : 0;
        if (gone >= next) {
          line(gone, gone - fromGone, System.nanoTime() - from);
          next = gone + due / TENTHS;
          fromGone = gone;
          from = System.nanoTime();
        }
      }
      Optional<CpuTime> after = CpuTime.now(server);
      if (before.isPresent() && after.isPresent()) {
        report.say(after.get().since(before.get(), gone));
      }
      long left = place.count("ingest_entries", "state = 'EXPIRING'");
      report.say(
          "%,d were due, %,d lost their raw bytes, %,d are left half-way."
              .formatted(due, gone, left));
      if (gone < due) {
        throw new IllegalStateException("not all that was due has expired");
      }
    }
    place.drop();
  }

  private static String now() {
    return "(extract(epoch FROM now()) * 1000)::bigint";
  }

  private static List<Outcome> gone(Permit permit) {
    return permit.keys().stream().map(key -> Outcome.APPLIED).toList();
  }

  private void line(long gone, long count, long nanos) {
    Runtime runtime = Runtime.getRuntime();
    runtime.gc();
    report.line(
        String.format(
            Locale.ROOT,
            "| %,d | %,.0f | %d MiB |",
            gone,
            count * 1e9 / nanos,
            (runtime.totalMemory() - runtime.freeMemory()) >> 20));
  }

  /** Lists ten items and a manifest below whatever prefix it is asked for. */
  private static final class Listings implements ContentStore {

    @Override
    public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
      List<ContentStat> stats = new ArrayList<>(ITEMS + 1);
      for (int i = 0; i < ITEMS; i++) {
        stats.add(
            new ContentStat(
                KeyLayout.item(prefix, i), PendingEntries.RESULT_BYTES / ITEMS, Optional.empty()));
      }
      stats.add(new ContentStat(prefix.key("manifest"), 1, Optional.empty()));
      return new ContentPage(stats, false);
    }

    @Override
    public String name() {
      return "listings";
    }

    @Override
    public ContentCapabilities capabilities() {
      return InMemoryContent.CAPABILITIES;
    }

    @Override
    public ContentWriter writer(ContentPrefix prefix) {
      throw new UnsupportedOperationException("nothing is written to " + prefix);
    }

    @Override
    public Optional<ContentStat> stat(ContentKey key) {
      return Optional.of(new ContentStat(key, 1, Optional.empty()));
    }

    @Override
    public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
      throw new UnsupportedOperationException("nothing is read at " + key);
    }

    @Override
    public void close() {}
  }
}
