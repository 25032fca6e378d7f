package dev.ingest.benchmarks.ledger;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** The ledger as a queue beside ever more settled rows: what is done must not slow down what is. */
final class Growth {

  private static final long[] SIZES = {10_000, 1_000_000, 10_000_000};

  private static final double MEBIBYTE = 1 << 20;
  private static final double MILLION = 1e6;

  private final Server server;
  private final Bout bout;
  private final int threads;

  Growth(Server server, Bout bout, int threads) {
    this.server = server;
    this.bout = bout;
    this.threads = threads;
  }

  /** One ledger of a size. */
  private record Grown(Place place, LedgerQueue queue, Series series) {}

  List<Series> measure(long rows, int items, int rounds) throws Exception {
    List<Grown> ledgers = new ArrayList<>();
    for (long size : sizes(rows)) {
      ledgers.add(grown(size));
    }
    for (int round = 1; round <= rounds; round++) {
      for (Grown ledger : ledgers) {
        Measured measured = once(ledger, items);
        ledger.series().add(measured);
        bout.tell(round, ledger.queue(), measured);
      }
    }
    for (Grown ledger : ledgers) {
      ledger.place().drop();
    }
    return ledgers.stream().map(Grown::series).toList();
  }

  /** The sizes up to a number of rows, in ascending order. */
  static long[] sizes(long rows) {
    return LongStream.concat(LongStream.of(SIZES).filter(size -> size < rows), LongStream.of(rows))
        .toArray();
  }

  private Grown grown(long size) throws Exception {
    Place place = server.place("grown_" + size);
    LedgerQueue queue = new LedgerQueue(threads, Writer.Kind.OWN_BATCHES);
    try (HikariDataSource pool = place.pool()) {
      LedgerSetup.apply(pool);
      LedgerSetup.addSettled(pool, 0, size);
    }
    Series series = new Series(String.format("%,d settled rows", size), queue.lacks());
    series.cost(
        String.format(
            Locale.ROOT, "%,.0f MiB of tables and indices a million", perMillion(place, size)));
    return new Grown(place, queue, series);
  }

  private double perMillion(Place place, long size) throws SQLException {
    long bytes =
        server.number(
            "SELECT sum(pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass))"
                + " FROM pg_tables WHERE schemaname = '"
                + place.schema()
                + "'");
    return bytes / MEBIBYTE * MILLION / size;
  }

  private Measured once(Grown ledger, int items) throws Exception {
    try (HikariDataSource pool = ledger.place().pool()) {
      ledger.queue().prepare(pool, ledger.place(), items);
    }
    ledger.place().settle();
    try (HikariDataSource pool = ledger.place().filledPool()) {
      Measured measured = server.measured(() -> ledger.queue().run(pool, ledger.place(), items));
      ledger.queue().check(pool, ledger.place(), items);
      ledger.queue().finish(pool);
      return measured;
    }
  }
}
