package dev.ingest.benchmarks.targets;

import dev.ingest.benchmarks.LifecycleDecisionBenchmark;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What a decision of the lifecycle costs, by JMH in a virtual machine of its own. */
final class DecisionTargets implements Measurement {

  private static final String NORM = "gc.alloc.rate.norm";

  @Override
  public String name() {
    return "decision";
  }

  @Override
  public List<Target> targets() {
    return List.of(
        new Target("a decision of the lifecycle, time", Limit.atMost(100)),
        new Target("a decision of the lifecycle, heap", Limit.atMost(256)));
  }

  @Override
  public List<Figure> measure(Effort effort) throws Exception {
    Options options =
        new OptionsBuilder()
            .include(LifecycleDecisionBenchmark.class.getName())
            .addProfiler(GCProfiler.class)
            .forks(1)
            .jvmArgs("-Xmx512m", "-XX:+UseCompressedOops")
            .warmupIterations(effort.of(3, 10))
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(effort.of(2, 6))
            .measurementTime(TimeValue.milliseconds(effort.of(300, 1_000)))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    Collection<RunResult> results = new Runner(options).run();
    Samples times =
        new Samples(results.stream().map(one -> one.getPrimaryResult().getScore()).toList());
    // What is less than 8 bytes is the harness.
    Samples bytes =
        new Samples(results.stream().map(one -> Math.rint(allocated(one) / 8) * 8).toList());
    return List.of(
        Figure.of(times.most(), "ns", "the dearest of those measured: " + scores(results)),
        Figure.of(bytes.most(), "B", "the dearest of them, in steps of 8 B"));
  }

  private static double allocated(RunResult result) {
    Result<?> norm = result.getSecondaryResults().get(NORM);
    if (norm == null) {
      throw new IllegalStateException("JMH did not tell what " + label(result) + " allocates");
    }
    return norm.getScore();
  }

  private static String label(RunResult result) {
    return result.getPrimaryResult().getLabel();
  }

  private static String scores(Collection<RunResult> results) {
    return results.stream()
        .map(one -> label(one) + " " + Table.number(one.getPrimaryResult().getScore()) + " ns")
        .collect(Collectors.joining(", "));
  }
}
