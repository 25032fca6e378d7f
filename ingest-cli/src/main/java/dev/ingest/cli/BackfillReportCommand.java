package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.report.BackfillWriter;
import dev.ingest.core.report.ReportWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES} (default: TEXT, with --json JSON).")
  private ReportWriter.@Nullable Format format;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Writes it to this file, which is there whole or not at all.")
  private @Nullable Path output;

  BackfillReportCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = watcher(stores, EngineListener.NONE).build()) {
      Path file = output;
      if (file == null) {
        return write(engine, terminal().out());
      }
      try (WholeFile whole = new WholeFile(file, surroundings().hex(8))) {
        int status = write(engine, whole.out());
        whole.finish();
        return status;
      }
    }
  }

  private int write(Ingest engine, Appendable out) {
    BackfillWriter writer = BackfillWriter.open(chosen(), out);
    BackfillProgress progress =
        engine
            .backfills()
            .report(name, outcomes.isEmpty() ? NOT_DONE : EnumSet.copyOf(outcomes), writer);
    writer.end(progress);
    return BackfillText.status(progress);
  }

  private ReportWriter.Format chosen() {
    ReportWriter.Format named = format;
    if (named != null) {
      return named;
    }
    return options().json() ? ReportWriter.Format.JSON : ReportWriter.Format.TEXT;
  }
}
