package dev.ingest.benchmarks.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.benchmarks.ledger.AuditedRows.Plant;
import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.Expectation;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.engine.Audit;
import dev.ingest.core.engine.EngineThreads;
import dev.ingest.core.engine.Node;
import dev.ingest.core.engine.Seams;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.LedgerStore;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Audits ledgers on PostgreSQL of growing sizes against listings that are made up, with {@link
 * Plant}s among them, which must be found and nothing else, by one range of places at a time and by
 * several.
 */
public final class AuditRun {

  private static final String IN_ORDER =
      "SELECT owner, id FROM ingest_entries ORDER BY"
          + " (substr(sha256(decode(owner, 'escape')), 1, 8)"
          + " || substr(sha256(decode(owner || chr(10) || id, 'escape')), 1, 16))";
  private static final int FETCHED = 1_000;

  private AuditRun() {}

  /**
   * Runs the audits and prints a table.
   *
   * @param arguments the sizes; 10,000, 100,000 and 1,000,000 without any. Before them may stand
   *     {@code --ranges} and how many ranges are read at a time, in turn, as in {@code 1,2,3};
   *     without it 1 and 2
   * @throws Exception if an audit finds too little or too much
   */
  public static void main(String[] arguments) throws Exception {
    List<String> sizes = List.of(arguments);
    List<Integer> ranges = List.of(1, AuditOptions.DEFAULT.ranges());
    if (sizes.size() > 1 && sizes.get(0).equals("--ranges")) {
      ranges = numbers(List.of(sizes.get(1).split(",", -1)));
      sizes = sizes.subList(2, sizes.size());
    }
    run(sizes.isEmpty() ? List.of(10_000, 100_000, 1_000_000) : numbers(sizes), ranges, System.out);
  }

  private static List<Integer> numbers(List<String> texts) {
    return texts.stream().map(Integer::valueOf).toList();
  }

  static void run(List<Integer> sizes, List<Integer> ranges, PrintStream out) throws Exception {
    out.printf(
        "| sequences | stored keys | ranges at a time | findings | s | sequences/s"
            + " | CPU µs per sequence, client + server | heap, MB |%n");
    out.printf("|---|---|---|---|---|---|---|---|%n");
    try (Server server = Server.start(Options.DEFAULT)) {
      for (int size : sizes) {
        Place place = server.place("audited_" + size);
        try (HikariDataSource pool = place.pool()) {
          LedgerSetup.apply(pool);
          AuditedRows.add(pool, size);
          SyntheticContent content = content(pool, size);
          AuditedRows.plant(pool);
          place.settle();
          Audited audited = new Audited(server, pool, content, size);
          for (int atATime : ranges) {
            measure(audited, atATime, out);
          }
        }
        place.drop();
      }
    }
  }

  /** What is audited. */
  private record Audited(
      Server server, HikariDataSource pool, SyntheticContent content, int size) {}

  private static void measure(Audited audited, int ranges, PrintStream out) throws Exception {
    List<AuditFinding> found = new ArrayList<>();
    long heap;
    long nanos;
    Optional<CpuTime> before;
    Optional<CpuTime> after;
    AuditReport report;
    EngineThreads.Pools pools = EngineThreads.Pools.of(1);
    try (LedgerStore ledger = LedgerSetup.open(audited.pool())) {
      Audit audit = audit(ledger, audited.content(), ranges, pools.beside());
      before = CpuTime.now(audited.server());
      long start = System.nanoTime();
      report = audit.run(Collections.emptyIterator(), found::add);
      nanos = System.nanoTime() - start;
      after = CpuTime.now(audited.server());
      heap = Runtime.getRuntime().totalMemory() >> 20;
    } finally {
      pools.beside().shutdown();
      pools.tasks().shutdown();
      pools.commits().close();
    }
    check(report, found, audited.size());
    long sequences = report.looked().sequences();
    String cpu =
        before.isPresent() && after.isPresent()
            ? after.get().fineSince(before.get(), sequences)
            : "unknown";
    double seconds = nanos / 1e9;
    out.printf(
        Locale.ROOT,
        "| %,d | %,d | %d | %d | %.2f | %,.0f | %s | %d |%n",
        sequences,
        report.looked().objects(),
        ranges,
        report.findingCount(),
        seconds,
        sequences / seconds,
        cpu,
        heap);
  }

  /** Past the engine's opening, which binds a ledger to a store that can be written. */
  private static Audit audit(
      LedgerStore ledger, SyntheticContent content, int ranges, Executor beside) {
    Pipeline copy =
        Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build();
    Node node =
        new Node(
            new Node.Identity(new NodeId("auditor"), "v1"),
            ledger,
            content,
            List.of(copy),
            new Node.Policies(TimePolicy.DEFAULT, IntakeLimits.DEFAULT, WorkPolicy.DEFAULT),
            new Seams(
                InstantSource.system(),
                () -> 0,
                Runnable::run,
                AuditRun::waited,
                beside,
                Seams.Commits.INLINE,
                System::nanoTime));
    return new Audit(node, AuditOptions.DEFAULT.withRanges(ranges));
  }

  private static boolean waited(Duration time) {
    LockSupport.parkNanos(time.toNanos());
    return true;
  }

  private static void check(AuditReport report, List<AuditFinding> found, int size) {
    TreeMap<String, String> expected = new TreeMap<>();
    for (Plant plant : Plant.values()) {
      expected.put(SequencePlace.of(plant.key()).value(), plant.kind());
    }
    TreeMap<String, String> actual = new TreeMap<>();
    for (AuditFinding finding : found) {
      actual.merge(
          finding.subject().place().value(),
          finding.kind().name(),
          (one, other) -> one + " and " + other);
    }
    if (!report.isComplete()
        || !expected.equals(actual)
        || report.looked().sequences() != size - 1L) {
      throw new IllegalStateException("expected " + expected + ", found " + actual + ", " + report);
    }
  }

  private static SyntheticContent content(DataSource source, int size) throws SQLException {
    byte[] places = new byte[size * SequencePlace.BYTES];
    int[] numbers = new int[size];
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.setFetchSize(FETCHED);
        statement.execute("SET LOCAL enable_seqscan = off");
        int index = 0;
        try (ResultSet rows = statement.executeQuery(IN_ORDER)) {
          while (rows.next()) {
            String id = rows.getString(2);
            byte[] place = SequencePlace.of(SequenceKey.of(rows.getString(1), id)).toBytes();
            System.arraycopy(place, 0, places, index * place.length, place.length);
            numbers[index] = Integer.parseInt(id.substring(2));
            index++;
          }
        }
      }
      connection.rollback();
    }
    return new SyntheticContent(places, numbers);
  }
}
