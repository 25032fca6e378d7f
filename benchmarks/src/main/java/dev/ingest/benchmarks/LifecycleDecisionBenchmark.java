package dev.ingest.benchmarks;

import dev.ingest.core.lifecycle.Acceptance;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Lifecycle;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.StageRef;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hypothesis: a decision of the lifecycle costs nanoseconds, so that nobody is tempted to decide
 * anywhere else. The refusal is the cheapest decision that formats a message, the mark the cheapest
 * that raises an alert.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LifecycleDecisionBenchmark {

  private static final Instant ACCEPTED = Instant.parse("2026-03-01T10:00:00Z");
  private static final Event DEADLINE_PASSED = new Event.DeadlinePassed();

  private final Entry entry = entry();
  private final Instant late = ACCEPTED.plusSeconds(7_200);

  /** Creates the state. */
  public LifecycleDecisionBenchmark() {}

  /**
   * Decides a mark with its alert.
   *
   * @return the decision
   */
  @Benchmark
  public Decision markOverdue() {
    return Lifecycle.decide(entry, DEADLINE_PASSED, late);
  }

  /**
   * Decides that nothing is due.
   *
   * @return the decision
   */
  @Benchmark
  public Decision refuseEarlyDeadline() {
    return Lifecycle.decide(entry, DEADLINE_PASSED, ACCEPTED);
  }

  private static Entry entry() {
    Receipt receipt =
        new Receipt(
            SequenceKey.of("alice", "ride-1"),
            new ManifestSummary(Digest.ofUtf8("root"), 10, 1_000),
            ACCEPTED,
            ACCEPTED.plusSeconds(3_600),
            ACCEPTED.plusSeconds(86_400));
    return Acceptance.of(
            receipt,
            new RawLocation(SessionId.ofBits(1, 2), List.of(0)),
            new PipelineRef("copy", Digest.ofUtf8("plan")),
            new StageRef("copy", 1))
        .after();
  }
}
