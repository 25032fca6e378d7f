package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Ingest;
import dev.ingest.core.report.BackfillWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Names the sequences of a backfill by what became of them. */
@Command(
    name = "report",
    description = {
      "Names the sequences of a backfill that failed, by cause, those that are unrecoverable, and",
      "those that are pending; with --outcome others. Status 1 if one failed or is unrecoverable."
    })
final class BackfillReportCommand extends EngineCommand {

  private static final Set<Outcome.Kind> NOT_DONE =
      EnumSet.of(Outcome.Kind.FAILED, Outcome.Kind.UNRECOVERABLE, Outcome.Kind.PENDING);

  @Parameters(index = "0", paramLabel = "NAME", description = "The name of the backfill.")
  private String name = "";

  @Option(
      names = "--outcome",
      paramLabel = "OUTCOME",
      description = "Only these; repeatable: ${COMPLETION-CANDIDATES}.")
  private List<Outcome.Kind> outcomes = List.of();

  @Mixin private ReportOutput output = new ReportOutput();

  BackfillReportCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = ledgerEngine(stores)) {
      return stores.ended(output.write(terminal(), surroundings(), out -> write(engine, out)));
    }
  }

  private int write(Ingest engine, Appendable out) {
    String known = BackfillStatusCommand.find(engine, name).name();
    BackfillWriter writer = BackfillWriter.open(output.format(options().json()), out);
    BackfillProgress progress =
        engine
            .backfills()
            .report(known, outcomes.isEmpty() ? NOT_DONE : EnumSet.copyOf(outcomes), writer);
    writer.end(progress);
    return BackfillText.status(progress);
  }
}
