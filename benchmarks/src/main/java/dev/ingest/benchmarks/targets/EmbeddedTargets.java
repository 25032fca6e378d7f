package dev.ingest.benchmarks.targets;

import dev.ingest.benchmarks.Folders;
import dev.ingest.benchmarks.Syncs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * Small sequences through the whole lifecycle on the embedded default: their rate beside what their
 * syncs alone allow, and the time from receipt to VERIFIED, idle and at four fifths of that rate.
 */
final class EmbeddedTargets implements Measurement {

  private static final double LOAD = 0.8;
  private static final double P99 = 0.99;

  @Override
  public String name() {
    return "embedded";
  }

  @Override
  public List<Target> targets() {
    return List.of(
        new Target(
            "whole lifecycle of small sequences, embedded, fully synced / its syncs alone",
            Limit.ratioAtLeast(0.7)),
        new Target("accepted to verified, embedded, idle, p99", Limit.atMost(50)),
        new Target("accepted to verified, embedded, 80 % load, p99", Limit.atMost(1_000)));
  }

  @Override
  public List<Figure> measure(Effort effort) throws Exception {
    int count = effort.of(100, 2_000);
    try (SmallSequences sequences = new SmallSequences()) {
      List<Syncs.Sync> syncs = synced(sequences, count);
      SyncReplay replay = new SyncReplay(syncs);
      List<Samples> rates =
          new Turns(effort, effort.of(0, 1), effort.of(2, 5))
              .measure(
                  List.of(() -> sequences.perSecond(count), () -> count * 1e9 / replay.nanos()));
      double rate = rates.get(0).median();
      String remark =
          "%d threads submit; median of %d rounds in turns, %s; %.1f syncs of files and directories for each sequence, again by %d threads with nothing between them, %s; without those of SQLite, so the ceiling is too high"
              .formatted(
                  SmallSequences.SUBMITTERS,
                  rates.get(0).ascending().size(),
                  rates.get(0).spread(),
                  (double) syncs.size() / count,
                  replay.threads(),
                  rates.get(1).spread());
      return List.of(
          new Figure(rate, "sequences/s", "its syncs alone", rates.get(1).median(), remark),
          idle(sequences, effort),
          loaded(sequences, effort, rate));
    }
  }

  private static List<Syncs.Sync> synced(SmallSequences sequences, int count) throws IOException {
    Path folder = Folders.create("ingest-syncs");
    try {
      return Syncs.of(
          folder,
          () -> {
            try {
              sequences.perSecond(count);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              throw new IOException(e);
            } catch (ExecutionException e) {
              throw new IOException(e);
            }
          });
    } finally {
      Folders.delete(folder);
    }
  }

  private static Figure idle(SmallSequences sequences, Effort effort) throws Exception {
    Samples latencies = sequences.idle(effort.of(50, 1_000));
    return Figure.of(latencies.quantile(P99), "ms", quantiles(latencies));
  }

  private static Figure loaded(SmallSequences sequences, Effort effort, double rate)
      throws Exception {
    SmallSequences.Loaded loaded =
        sequences.loaded(LOAD * rate, Duration.ofSeconds(effort.of(3, 30)));
    return Figure.of(
        loaded.latencies().quantile(P99),
        "ms",
        "%s; %.0f submissions/s were asked for and %.0f got their receipts"
            .formatted(quantiles(loaded.latencies()), LOAD * rate, loaded.perSecond()));
  }

  private static String quantiles(Samples latencies) {
    return "of %d: p50 %s, p90 %s, most %s ms"
        .formatted(
            latencies.ascending().size(),
            Table.number(latencies.median()),
            Table.number(latencies.quantile(0.9)),
            Table.number(latencies.most()));
  }
}
