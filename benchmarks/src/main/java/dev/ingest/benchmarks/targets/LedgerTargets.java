package dev.ingest.benchmarks.targets;

import dev.ingest.benchmarks.ledger.LedgerFigures;
import dev.ingest.benchmarks.ledger.LedgerFigures.Rate;
import java.io.IOException;
import java.util.List;

/** The ledger on PostgreSQL: claim and complete beside db-scheduler, and the whole lifecycle. */
final class LedgerTargets implements Measurement {

  @Override
  public String name() {
    return "postgresql";
  }

  @Override
  public List<Target> targets() {
    return List.of(
        new Target("claim and complete on PostgreSQL / db-scheduler", Limit.ratioAtLeast(4)),
        new Target(
            "the same, at least, with an account of where the time goes", Limit.ratioAtLeast(3)),
        new Target("whole lifecycle in the ledger on PostgreSQL", Limit.atLeast(10_000)));
  }

  @Override
  public List<Figure> measure(Effort effort) throws Exception {
    int items = effort.of(2_000, 100_000);
    int rounds = effort.of(1, 3);
    try (LedgerFigures figures = open()) {
      List<Rate> queues = figures.claimAndComplete(items, rounds);
      Rate ours = queues.get(0);
      Rate theirs =
          queues.get(1).median() >= queues.get(2).median() ? queues.get(1) : queues.get(2);
      String remark =
          "medians of %d rounds of %,d items in turns, %s beside %s; db-scheduler has %s"
              .formatted(rounds, items, ours.spread(), theirs.spread(), theirs.lacks());
      Rate lifecycle = figures.wholeLifecycle(items, rounds);
      return List.of(
          new Figure(ours.median(), "items/s", theirs.name(), theirs.median(), remark),
          new Figure(
              ours.median(),
              "items/s",
              theirs.name(),
              theirs.median(),
              "ours: %s, %s; theirs: %s, %s"
                  .formatted(ours.cost(), ours.note(), theirs.cost(), theirs.note())),
          Figure.of(
              lifecycle.median(),
              "sequences/s",
              "median of %d rounds of %,d, %s; without the opening of upload sessions; %s, %s"
                  .formatted(
                      rounds, items, lifecycle.spread(), lifecycle.cost(), lifecycle.note())));
    }
  }

  static LedgerFigures open() throws NotRunException {
    try {
      return LedgerFigures.open();
    } catch (IOException | IllegalStateException e) {
      throw new NotRunException("no PostgreSQL starts here: " + e.getMessage(), e);
    }
  }
}
