package dev.ingest.benchmarks;

import dev.ingest.core.engine.RouteHash;
import java.util.Map;
import java.util.TreeMap;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hypothesis: choosing a pipeline costs one SHA-256 and one logarithm for each name with a weight,
 * so that it vanishes beside the acceptance that it belongs to.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteHashBenchmark {

  /** The pipelines that new sequences are split between. */
  @Param({"2", "10"})
  public int pipelines;

  private RouteHash route = new RouteHash(Map.of("none", 1));
  private final String[] texts = new String[1_024];
  private int next;

  /** Creates the state. */
  public RouteHashBenchmark() {}

  /** Makes the weights and the texts. */
  @Setup
  public void prepare() {
    Map<String, Integer> weights = new TreeMap<>();
    for (int i = 0; i < pipelines; i++) {
      weights.put("pipeline-" + i, 1 + i);
    }
    route = new RouteHash(weights);
    for (int i = 0; i < texts.length; i++) {
      texts[i] = "owner-" + i;
    }
  }

  /**
   * Chooses.
   *
   * @return the name
   */
  @Benchmark
  public String choose() {
    return route.of(texts[next++ & (texts.length - 1)]);
  }
}
