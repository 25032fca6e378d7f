package dev.ingest.benchmarks;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.jdbc.JdbcLedger;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hypothesis: a digest costs one pass over the rows that wait, whatever their groups, so that a
 * storm of alerts is some microseconds a row. On the embedded ledger; the rows are raised outside
 * of the time.
 *
 * <p>One operation is one digest of all rows.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AlertAggregationBenchmark {

  private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");
  private static final int AT_ONCE = 200;

  /** The alerts that wait. */
  @Param({"1000"})
  public int rows;

  /** The groups that they belong to. */
  @Param({"4"})
  public int groups;

  private Path home = Path.of("");
  private LedgerStore ledger = unset();

  /** Creates the state. */
  public AlertAggregationBenchmark() {}

  /**
   * Opens an empty ledger.
   *
   * @throws IOException if it cannot
   */
  @Setup(Level.Iteration)
  public void open() throws IOException {
    home = Folders.create("ingest-alerts");
    ledger = JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system());
  }

  /** Raises the rows. */
  @Setup(Level.Invocation)
  public void raise() {
    AlertOutbox alerts = ledger.alerts();
    List<AlertRow> next = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      AlertRow.Group group = new AlertRow.Group("OVERDUE", "pipeline-" + i % groups, "", "v1");
      next.add(
          new AlertRow(
              group, AT, Optional.of(SequenceKey.of("alice", "ride-" + i)), "late by an hour"));
      if (next.size() == AT_ONCE || i == rows - 1) {
        alerts.raise(next);
        next = new ArrayList<>();
      }
    }
  }

  /**
   * Removes the ledger.
   *
   * @throws IOException if it cannot
   */
  @TearDown(Level.Iteration)
  public void close() throws IOException {
    ledger.close();
    Folders.delete(home);
  }

  /**
   * Seals a digest of everything that waits.
   *
   * @return the digest
   */
  @Benchmark
  public AlertDigest seal() {
    AlertDigest digest = ledger.alerts().seal();
    if (digest.lines().size() != Math.min(rows, groups)) {
      throw new IllegalStateException("expected " + groups + " groups, got " + digest);
    }
    return digest;
  }

  @SuppressWarnings("NullAway") // Set before each iteration by JMH.
  private static LedgerStore unset() {
    return null;
  }
}
