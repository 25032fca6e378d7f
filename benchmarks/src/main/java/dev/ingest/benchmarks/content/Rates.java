package dev.ingest.benchmarks.content;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** How fast one mover moved one load in one direction, round by round. */
final class Rates {

  private static final double MEBIBYTE = 1 << 20;

  private final String name;
  private final List<Double> rates = new ArrayList<>();
  private double mebibytes;
  private Duration client = Duration.ZERO;
  private Duration server = Duration.ZERO;

  Rates(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  void add(long bytes, long nanos, Duration ofClient, Duration ofServer) {
    rates.add(bytes / MEBIBYTE / (nanos / 1e9));
    mebibytes += bytes / MEBIBYTE;
    client = client.plus(ofClient);
    server = server.plus(ofServer);
  }

  private double[] sorted() {
    return rates.stream().flatMapToDouble(DoubleStream::of).sorted().toArray();
  }

  double median() {
    double[] sorted = sorted();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** What was found, with the ratio to each of the references. */
  String row(List<Rates> references) {
    double[] sorted = sorted();
    String ratios =
        references.stream()
            .map(one -> String.format(Locale.ROOT, "%.2f", median() / one.median()))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "%s | %,.0f | %,.0f–%,.0f | %s | %.1f + %.1f ms",
        name,
        median(),
        sorted[0],
        sorted[sorted.length - 1],
        ratios,
        client.toNanos() / 1e6 / mebibytes,
        server.toNanos() / 1e6 / mebibytes);
  }
}
