package dev.ingest.benchmarks.targets;

import dev.ingest.benchmarks.DigestWhileStoringBenchmark;
import dev.ingest.benchmarks.SequenceSizeBenchmark;
import dev.ingest.benchmarks.plots.Curve;
import dev.ingest.benchmarks.plots.Curve.Point;
import dev.ingest.benchmarks.plots.Plot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What grows with the size of items and of sequences, by JMH in virtual machines of its own. */
final class SizesByHarness {

  private static final Map<String, String> NAMES =
      Map.of(
          "digestWhileStoring", "Ingest: digest while storing, durable under its key",
          "bareDigest", "bare SHA-256",
          "bareWrite", "bare write with one sync",
          "inSequence", "SHA-256, then write with one sync",
          "submit", "submission of items of 100 bytes, first byte to receipt");

  private SizesByHarness() {}

  /** One item of ever more bytes into the file store, beside its parts. */
  record Items() implements Growing {

    @Override
    public String name() {
      return "item-sizes";
    }

    @Override
    public Plot measure(Effort effort) throws Exception {
      String[] bytes =
          effort.isQuick()
              ? new String[] {"4096", "65536"}
              : new String[] {"4096", "65536", "1048576", "16777216", "67108864"};
      Collection<RunResult> results =
          run(
              new OptionsBuilder()
                  .include(DigestWhileStoringBenchmark.class.getName())
                  .param("bytes", bytes)
                  .warmupIterations(effort.of(1, 3))
                  .warmupTime(TimeValue.milliseconds(effort.of(100, 1_000)))
                  .measurementIterations(effort.of(1, 5))
                  .measurementTime(TimeValue.milliseconds(effort.of(100, 1_000))));
      return new Plot(
          "One item into the file store, by its size",
          "bytes of the item",
          "MB/s",
          true,
          curves(results, "bytes", (size, micros) -> size / micros));
    }
  }

  /** One sequence of ever more items. */
  record Sequences() implements Growing {

    @Override
    public String name() {
      return "sequence-sizes";
    }

    @Override
    public Plot measure(Effort effort) throws Exception {
      String[] items =
          effort.isQuick()
              ? new String[] {"1", "10"}
              : new String[] {"1", "10", "100", "1000", "10000", "100000"};
      Collection<RunResult> results =
          run(
              new OptionsBuilder()
                  .include(SequenceSizeBenchmark.class.getName())
                  .param("items", items)
                  .mode(Mode.SingleShotTime)
                  .warmupIterations(effort.of(0, 3))
                  .measurementIterations(effort.of(1, 5)));
      return new Plot(
          "What an item costs, by the items of its sequence",
          "items of the sequence",
          "ms for each item",
          true,
          curves(results, "items", (size, millis) -> millis / size));
    }
  }

  /** From the size and the score to what is drawn. */
  @FunctionalInterface
  private interface Drawn {

    double of(double size, double score);
  }

  private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
    return new Runner(
            options.forks(1).shouldFailOnError(true).verbosity(VerboseMode.SILENT).build())
        .run();
  }

  private static List<Curve> curves(Collection<RunResult> results, String parameter, Drawn drawn) {
    Map<String, List<Point>> points = new LinkedHashMap<>();
    for (RunResult result : results) {
      String label = result.getPrimaryResult().getLabel();
      double size = Double.parseDouble(result.getParams().getParam(parameter));
      points
          .computeIfAbsent(NAMES.getOrDefault(label, label), absent -> new ArrayList<>())
          .add(new Point(size, drawn.of(size, result.getPrimaryResult().getScore())));
    }
    List<Curve> curves = new ArrayList<>();
    points.forEach(
        (name, all) -> {
          all.sort(Comparator.comparingDouble(Point::x));
          curves.add(new Curve(name, all));
        });
    return curves;
  }
}
