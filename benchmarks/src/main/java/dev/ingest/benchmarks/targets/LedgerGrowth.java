package dev.ingest.benchmarks.targets;

import dev.ingest.benchmarks.ledger.LedgerFigures;
import dev.ingest.benchmarks.ledger.LedgerFigures.Sized;
import dev.ingest.benchmarks.plots.Curve;
import dev.ingest.benchmarks.plots.Curve.Point;
import dev.ingest.benchmarks.plots.Plot;
import java.util.List;

/** The ledger on PostgreSQL as it grows, and as nodes are added. */
final class LedgerGrowth {

  private static final String CLAIMS = "claim and complete, items/s";

  private LedgerGrowth() {}

  /** Beside ever more settled rows. */
  record Rows() implements Growing {

    @Override
    public String name() {
      return "settled-rows";
    }

    @Override
    public Plot measure(Effort effort) throws Exception {
      try (LedgerFigures figures = LedgerTargets.open()) {
        return plot(
            "Claim and complete, by what has settled in the ledger",
            "settled entries",
            figures.besideSettled(effort.rows(), effort.of(200, 50_000), effort.of(1, 3)));
      }
    }
  }

  /** By ever more nodes, one thread each. */
  record Nodes() implements Growing {

    @Override
    public String name() {
      return "nodes";
    }

    @Override
    public Plot measure(Effort effort) throws Exception {
      try (LedgerFigures figures = LedgerTargets.open()) {
        return plot(
            "Claim and complete, by the nodes that share a server",
            "nodes, one thread each",
            figures.byNodes(effort.of(200, 50_000), effort.of(1, 3)));
      }
    }
  }

  private static Plot plot(String title, String x, List<Sized> sizes) {
    List<Point> points =
        sizes.stream().map(one -> new Point(one.size(), one.rate().median())).toList();
    return new Plot(title, x, CLAIMS, false, List.of(new Curve("Ingest on PostgreSQL", points)));
  }
}
