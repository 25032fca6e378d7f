package dev.ingest.benchmarks;

import dev.ingest.benchmarks.gate.Count;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * How many bytes of the heap an operation takes, by JMH once it is compiled, in steps of 8 bytes:
 * what is less is the harness.
 */
public final class AllocationCounts {

  private static final String NORM = "gc.alloc.rate.norm";
  private static final int STEP = 8;

  private AllocationCounts() {}

  /**
   * Counts what decisions allocate, in virtual machines that are started for it.
   *
   * @return bytes by operation
   * @throws RunnerException if a benchmark fails
   */
  public static List<Count> measure() throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include(LifecycleDecisionBenchmark.class.getSimpleName())
            .addProfiler(GCProfiler.class)
            .forks(1)
            .jvmArgs("-Xmx512m", "-XX:+UseCompressedOops")
            .warmupIterations(10)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(500))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    List<Count> counts = new ArrayList<>();
    for (RunResult result : new Runner(options).run()) {
      counts.add(new Count("allocation." + name(result) + ".bytes", bytes(result)));
    }
    return counts;
  }

  private static String name(RunResult result) {
    String benchmark = result.getParams().getBenchmark();
    return benchmark.substring(benchmark.lastIndexOf('.') + 1);
  }

  private static long bytes(RunResult result) {
    Result<?> norm = result.getSecondaryResults().get(NORM);
    if (norm == null) {
      throw new IllegalStateException("JMH did not tell what " + name(result) + " allocates");
    }
    return Math.round(norm.getScore() / STEP) * STEP;
  }
}
