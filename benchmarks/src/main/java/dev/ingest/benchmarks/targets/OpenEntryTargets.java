package dev.ingest.benchmarks.targets;

import dev.ingest.benchmarks.ledger.LedgerFigures;
import dev.ingest.benchmarks.ledger.LedgerFigures.Opened;
import java.util.List;
import java.util.Locale;

/** One engine on PostgreSQL beside many entries that wait, and beside few. */
final class OpenEntryTargets implements Measurement {

  private static final long FEW = 10_000;
  private static final long ASKED_FOR = 10_000_000;

  @Override
  public String name() {
    return "open-entries";
  }

  @Override
  public List<Target> targets() {
    return List.of(
        new Target("heap of the engine beside 10 M open entries", Limit.atMost(64)),
        new Target("throughput beside 10 M open entries / beside 10 k", Limit.ratioAtLeast(0.8)));
  }

  @Override
  public List<Outcome> measure(Effort effort) throws Exception {
    long rows = effort.rows();
    try (LedgerFigures figures = LedgerTargets.open()) {
      List<Opened> opened =
          figures.besideOpen(List.of(FEW, rows), effort.of(100, 3_000), effort.of(1, 3));
      Opened few = opened.get(0);
      Opened many = opened.get(1);
      return List.of(
          sized(
              rows,
              Figure.of(
                  many.heapMebibytes(),
                  "MiB",
                  "what is used at the end of a round, after a collection, less what is used once engine, ledger store and pool are closed; %s in a ledger of 10,000; database %.0f MiB for a million entries"
                      .formatted(
                          Table.number(few.heapMebibytes()), many.databaseMebibytesPerMillion()))),
          sized(
              rows,
              new Figure(
                  many.rate().median(),
                  "sequences/s",
                  few.rate().name(),
                  few.rate().median(),
                  "accepted before, then processed and verified by one engine with all its watchers, scrubs and audits aside, content in memory; %s beside %s"
                      .formatted(many.rate().spread(), few.rate().spread()))));
    }
  }

  private static Outcome sized(long rows, Figure figure) {
    return rows >= ASKED_FOR
        ? figure
        : new Outcome.Smaller(
            figure,
            String.format(Locale.ROOT, "%,d entries, --rows %,d for the target", rows, ASKED_FOR));
  }
}
