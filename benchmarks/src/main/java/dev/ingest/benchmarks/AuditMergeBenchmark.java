package dev.ingest.benchmarks;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * Hypothesis: the merge of ledger, raw listing and result listing costs microseconds per sequence
 * and does not grow faster than the sequences; what an audit takes beyond that is its stores'.
 * Everything is in memory here.
 *
 * <p>One operation audits all sequences; none has a discrepancy.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AuditMergeBenchmark {

  private static final int ITEM_BYTES = 16;

  /** The sequences of the ledger. */
  @Param({"1000"})
  public int sequences;

  private Ingest ingest = unset();

  /** Creates the state. */
  public AuditMergeBenchmark() {}

  /**
   * Takes the sequences to VERIFIED.
   *
   * @throws IOException if it cannot
   */
  @Setup
  public void prepare() throws IOException {
    ingest =
        Ingest.builder()
            .ledger(new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 2)))
            .content(new InMemoryContent().access())
            .pipeline(
                Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build())
            .limits(
                new IntakeLimits(
                    1, ITEM_BYTES, ITEM_BYTES, OwnerQuota.UNLIMITED, Duration.ofHours(1)))
            .allowVolatileStores()
            .build();
    for (int i = 0; i < sequences; i++) {
      ingest.submit(
          SequenceKey.of("owner-" + i % 100, "ride-" + i),
          upload -> upload.add(ItemName.of("item"), new byte[ITEM_BYTES]));
    }
    ingest.runUntilIdle();
  }

  /** Ends the engine. */
  @TearDown
  public void close() {
    ingest.close();
  }

  /**
   * Audits.
   *
   * @return what was looked at
   */
  @Benchmark
  public AuditReport merge() {
    AuditReport report =
        ingest.audit(
            AuditOptions.DEFAULT,
            finding -> {
              throw new IllegalStateException("found " + finding);
            });
    if (report.looked().sequences() != sequences) {
      throw new IllegalStateException("looked at " + report.looked());
    }
    return report;
  }

  @SuppressWarnings("NullAway") // Set before each trial by JMH.
  private static Ingest unset() {
    return null;
  }
}
