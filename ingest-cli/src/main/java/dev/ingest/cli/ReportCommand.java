package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Finding;
import dev.ingest.core.Ingest;
import dev.ingest.core.report.Affected;
import dev.ingest.core.report.IncidentListener;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.core.report.IncidentReport;
import dev.ingest.core.report.OwnerPage;
import dev.ingest.core.report.ReportWriter;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.OwnerId;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says which owners and sequences an incident affects, or what became of one owner's sequences. */
@Command(
    name = "report",
    description = {
      "Says which owners and sequences are affected, and until when they can be saved.",
      "With --owner alone: what that owner may see. Status 0 if nothing is affected, 1 if something"
          + " is, 3 if not all could be read."
    })
final class ReportCommand extends EngineCommand {

  @Mixin private SelectionOptions selection = new SelectionOptions();

  @Option(
      names = "--findings",
      paramLabel = "FILE",
      description = "Only sequences that this output of audit --json found something about.")
  private @Nullable Path findings;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "Only findings of this kind; repeatable: ${COMPLETION-CANDIDATES}.")
  private List<Finding.Kind> kinds = List.of();

  @Mixin private ReportOutput output = new ReportOutput();

  ReportCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    IncidentQuery query = selection.query();
    if (!kinds.isEmpty() && findings == null) {
      throw new UsageException("--kind needs --findings");
    }
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = ledgerEngine(stores)) {
      Lookup.tellUnknown(terminal(), stores.ledger().ledger(), query.owner());
      long accepted = stores.ledger().ledger().census(query.owner()).total();
      return stores.ended(
          output.write(terminal(), surroundings(), out -> write(engine, query, out, accepted)));
    }
  }

  private boolean isOwnersView(IncidentQuery query) {
    return query.owner().isPresent()
        && query.equals(
            new IncidentQuery(
                query.owner(),
                Optional.empty(),
                IncidentQuery.Work.ANY,
                Set.of(),
                Optional.empty()))
        && findings == null;
  }

  private ReportWriter.Format chosen() {
    return output.format(options().json());
  }

  private int write(Ingest engine, IncidentQuery query, Appendable out, long accepted) {
    if (isOwnersView(query) && chosen() != ReportWriter.Format.CSV) {
      return new OwnersView(out, chosen() == ReportWriter.Format.JSON)
          .write(after -> engine.status(query.owner().orElseThrow(), after, OwnerPage.MAX_LIMIT));
    }
    ProgressBar bar = new ProgressBar(terminal(), isDrawn(), "sequences", accepted);
    ReportWriter writer = chosen().open(out, asked(query));
    IncidentReport report = report(engine, query, new Told(writer, bar));
    bar.clear();
    writer.end(report);
    if (!report.isComplete()) {
      terminal()
          .warn(
              "INCOMPLETE: of %d parts nothing is known; others may be affected"
                  .formatted(report.unread()));
      return ExitCodes.UNKNOWN;
    }
    return report.affected() == 0 ? ExitCodes.DONE : ExitCodes.NEEDS_PERSON;
  }

  private boolean isDrawn() {
    return interactive() && output.isFile();
  }

  private IncidentReport report(Ingest engine, IncidentQuery query, IncidentListener told) {
    Path file = findings;
    if (file == null) {
      return engine.report(query, told);
    }
    try (FindingsFile known = new FindingsFile(file)) {
      FoundSequences found = new FoundSequences(known, new HashSet<>(kinds));
      IncidentReport report = engine.report(query, found, told);
      found.open().forEach(told::unread);
      return new IncidentReport(
          report.asOf(),
          report.looked(),
          report.owners(),
          report.states(),
          report.unread() + found.open().size());
    } catch (InvalidValueException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private String asked(IncidentQuery query) {
    String asked = SelectionOptions.asked(query);
    return findings == null
        ? asked.isEmpty() ? "all sequences" : asked
        : (asked + " findings of " + findings).strip();
  }

  /** Writes, and shows how far it is. */
  private record Told(ReportWriter writer, ProgressBar bar) implements IncidentListener {

    @Override
    public void affected(Affected affected) {
      writer.affected(affected);
    }

    @Override
    public void ownerEnded(OwnerId one, long count) {
      writer.ownerEnded(one, count);
    }

    @Override
    public void unread(IncidentReport.Unread part) {
      writer.unread(part);
    }

    @Override
    public void reached(long looked) {
      bar.advance(1);
    }
  }
}
