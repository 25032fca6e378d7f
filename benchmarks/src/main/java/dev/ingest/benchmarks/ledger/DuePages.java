package dev.ingest.benchmarks.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;

/**
 * Pages of what is due, among ever more entries that wait: a page must cost what its own entries
 * cost. Beside the times stands what the server itself counts: which indices it read, and how many
 * of their entries for one page.
 */
final class DuePages {

  private static final long[] SIZES = {10_000, 100_000, 1_000_000, 10_000_000};
  private static final int PAGE = 200;
  private static final int PAGES = 20;
  private static final int WARM_UP = 10;

  /** What {@link PendingEntries} makes; nothing runs beside a result there. */
  private static final Set<DueQuery.Kind> PENDING =
      EnumSet.complementOf(EnumSet.of(DueQuery.Kind.SUPERSEDED, DueQuery.Kind.SIDE_RUN));

  private final Server server;
  private final Report report;

  DuePages(Server server, Report report) {
    this.server = server;
    this.report = report;
  }

  /** What one kind cost. */
  private record Cost(double first, double next, String read) {}

  void measure(long rows) throws Exception {
    report.line("| pending expiries | asked for | first page | page after it | read for a page |");
    report.line("|---|---|---|---|---|");
    for (long size : sizes(rows)) {
      Place place = server.place("due_" + size);
      try (HikariDataSource pool = place.pool()) {
        LedgerSetup.apply(pool);
        PendingEntries.add(pool, size, size / 2, Duration.ZERO);
      }
      place.settle();
      for (DueQuery.Kind kind : PENDING) {
        Cost cost = cost(place, DueQuery.of(kind, Duration.ZERO, PAGE));
        report.line(
            String.format(
                Locale.ROOT,
                "| %,d | %s | %.2f ms | %.2f ms | %s |",
                size,
                kind,
                cost.first(),
                cost.next(),
                cost.read()));
      }
      place.drop();
    }
  }

  private static long[] sizes(long rows) {
    return LongStream.concat(LongStream.of(SIZES).filter(size -> size < rows), LongStream.of(rows))
        .toArray();
  }

  private Cost cost(Place place, DueQuery query) throws SQLException {
    List<String> before = reads(place);
    double first;
    double next;
    try (HikariDataSource pool = place.pool();
        LedgerStore store = LedgerSetup.open(pool)) {
      List<Entry> seen = new ArrayList<>();
      median(WARM_UP, i -> seen.addAll(store.ledger().due(query)));
      first = median(PAGES, i -> seen.addAll(store.ledger().due(query)));
      next =
          median(
              PAGES, i -> seen.addAll(store.ledger().due(query.after(seen.get(seen.size() - 1)))));
    }
    server.commits();
    return new Cost(first, next, difference(before, reads(place)));
  }

  private static double median(int times, IntConsumer call) {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long began = System.nanoTime();
      call.accept(i);
      nanos[i] = System.nanoTime() - began;
    }
    Arrays.sort(nanos);
    return nanos[times / 2] / 1e6;
  }

  /** What the server has read of the entries so far: by each index, and without one. */
  private List<String> reads(Place place) throws SQLException {
    String where = " WHERE relname = 'ingest_entries' AND schemaname = '" + place.schema() + "'";
    return server.column(
        "SELECT indexrelname || '=' || idx_scan || '=' || idx_tup_read FROM pg_stat_user_indexes"
            + where
            + " UNION ALL SELECT 'no index=' || seq_scan || '=' || seq_tup_read"
            + " FROM pg_stat_user_tables"
            + where
            + " ORDER BY 1");
  }

  private static String difference(List<String> before, List<String> after) {
    List<String> read = new ArrayList<>();
    for (String now : after) {
      String[] counted = now.split("=", -1);
      String[] earlier =
          before.stream()
              .map(line -> line.split("=", -1))
              .filter(line -> line[0].equals(counted[0]))
              .findFirst()
              .orElse(new String[] {counted[0], "0", "0"});
      long scans = Long.parseLong(counted[1]) - Long.parseLong(earlier[1]);
      long entries = Long.parseLong(counted[2]) - Long.parseLong(earlier[2]);
      if (scans > 0) {
        read.add(entries / scans + " of " + counted[0]);
      }
    }
    return String.join(", ", read);
  }
}
