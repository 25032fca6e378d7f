package dev.ingest.benchmarks.targets;

import java.util.List;

/**
 * Figures of one kind.
 *
 * @param ascending the figures, one or more, the least first
 */
record Samples(List<Double> ascending) {

  Samples {
    ascending = ascending.stream().sorted().toList();
    if (ascending.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
  }

  double median() {
    int middle = ascending.size() / 2;
    return ascending.size() % 2 == 1
        ? ascending.get(middle)
        : (ascending.get(middle - 1) + ascending.get(middle)) / 2;
  }

  double least() {
    return ascending.get(0);
  }

  double most() {
    return ascending.get(ascending.size() - 1);
  }

  /** The least figure that a share of all does not exceed, such as 0.99. */
  double quantile(double share) {
    int rank = (int) Math.ceil(share * ascending.size());
    return ascending.get(Math.max(0, rank - 1));
  }

  String spread() {
    return Table.number(least()) + "–" + Table.number(most());
  }
}
