package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPlan;
import dev.ingest.core.Ingest;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.core.report.Reporting;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Counts what a backfill would do, or freezes its list. */
@Command(
    name = "plan",
    description = {
      "Selects sequences, freezes their list in the ledger and holds raw bytes; runs nothing.",
      "Interrupted, it goes on when it is repeated. With --dry-run it only counts."
    })
final class BackfillPlanCommand extends EngineCommand {

  @Parameters(index = "0", paramLabel = "NAME", description = "The name of the backfill.")
  private String name = "";

  @Mixin private SelectionOptions selection = new SelectionOptions();

  @Option(
      names = "--ids",
      paramLabel = "FILE",
      description = "Only these, one OWNER/ID in a line, 100,000 at most.")
  private @Nullable Path ids;

  @Option(
      names = "--weight",
      paramLabel = "PIPELINE=N",
      description = "Splits them over pipelines, as 75 and 25; without it each stays on its own.")
  private Map<String, Integer> weights = new TreeMap<>();

  @Option(
      names = "--per-second",
      paramLabel = "N",
      description = "The most runs that are started in a second (default: ${DEFAULT-VALUE}).")
  private int perSecond = BackfillPace.DEFAULT.perSecond();

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description = "The most runs that are under way (default: ${DEFAULT-VALUE}).")
  private int concurrency = BackfillPace.DEFAULT.concurrency();

  @Option(names = "--actor", paramLabel = "WHO", description = "Who decides; recorded.")
  private @Nullable String actor;

  @Option(names = "--reason", paramLabel = "WHY", description = "Why; recorded.")
  private @Nullable String reason;

  @Option(names = "--dry-run", description = "Only count, and name what is unrecoverable.")
  private boolean dryRun;

  BackfillPlanCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    String who = actor;
    String why = reason;
    if (!dryRun && (who == null || why == null)) {
      throw new UsageException("a plan that is no --dry-run takes --actor and --reason");
    }
    BackfillOrder order = order();
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = engineWithoutContent(stores)) {
      Lookup.tellUnknown(terminal(), stores.ledger().ledger(), selection.query().owner());
      if (who == null || why == null || dryRun) {
        return options().json() ? countAsJson(engine, order) : count(engine, order);
      }
      return BackfillText.show(
          terminal(), engine.acts(who, why).backfills().plan(name, order), options().json());
    }
  }

  private BackfillOrder order() {
    IncidentQuery query = selection.query();
    try {
      BackfillOrder order =
          BackfillOrder.of(query).split(weights).at(new BackfillPace(perSecond, concurrency));
      return ids == null ? order : order.among(read(ids));
    } catch (InvalidValueException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static SortedSet<SequenceKey> read(Path file) {
    SortedSet<SequenceKey> keys = new TreeSet<>();
    int number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        int slash = line.indexOf('/');
        if (slash < 0 || keys.size() > Reporting.MAX_AMONG) {
          throw new UsageException(
              "line %d of %s: expected OWNER/ID, in 100,000 lines at most, found %s"
                  .formatted(number, file, Terminal.quoted(line)));
        }
        keys.add(SequenceKey.of(line.substring(0, slash), line.substring(slash + 1)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("could not read " + file + ": " + e, e);
    }
    return keys;
  }

  private int count(Ingest engine, BackfillOrder order) {
    BackfillPlan plan =
        engine
            .backfills()
            .rehearse(
                name,
                order,
                (key, state) ->
                    terminal()
                        .say(
                            Terminal.line(
                                "UNRECOVERABLE %s  %s"
                                    .formatted(key, state.map(Enum::name).orElse("unknown")))));
    BackfillPlan.Selection sums = plan.selection();
    terminal()
        .say(
            "would run %d sequences of %d owners, %d bytes; %d unrecoverable; looked at %d"
                .formatted(
                    plan.planned(),
                    sums.owners(),
                    sums.bytes(),
                    sums.unrecoverable(),
                    sums.looked()));
    plan.states().forEach((state, count) -> terminal().say("  %d %s".formatted(count, state)));
    plan.pipelines()
        .forEach((pipeline, count) -> terminal().say("  %d on %s".formatted(count, pipeline)));
    if (sums.untold() > 0) {
      terminal()
          .say(
              "  %d of them since the ledger does not keep what would tell"
                  .formatted(sums.untold()));
    }
    return status(plan);
  }

  private int countAsJson(Ingest engine, BackfillOrder order) {
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(out -> out.writeArrayFieldStart("unrecoverable"));
      BackfillPlan plan =
          engine
              .backfills()
              .rehearse(
                  name,
                  order,
                  (key, state) ->
                      json.write(
                          out -> {
                            out.writeStartObject();
                            out.writeStringField("owner", key.owner().value());
                            out.writeStringField("id", key.id().value());
                            JsonOutput.optional(out, "state", state.map(Enum::name));
                            out.writeEndObject();
                          }));
      json.write(
          out -> {
            out.writeEndArray();
            out.writeNumberField("planned", plan.planned());
            out.writeNumberField("owners", plan.selection().owners());
            out.writeNumberField("bytes", plan.selection().bytes());
            out.writeNumberField("looked", plan.selection().looked());
            out.writeNumberField("untold", plan.selection().untold());
            out.writeObjectFieldStart("states");
            for (var one : plan.states().entrySet()) {
              out.writeNumberField(one.getKey().name(), one.getValue());
            }
            out.writeEndObject();
            out.writeObjectFieldStart("pipelines");
            for (var one : plan.pipelines().entrySet()) {
              out.writeNumberField(one.getKey(), one.getValue());
            }
            out.writeEndObject();
            out.writeBooleanField("complete", plan.isWhole());
          });
      return status(plan);
    }
  }

  private int status(BackfillPlan plan) {
    if (!plan.isWhole()) {
      terminal().warn("INCOMPLETE: not all that may be selected could be read; repeat it");
      return ExitCodes.UNKNOWN;
    }
    return plan.selection().unrecoverable() > 0 ? ExitCodes.NEEDS_PERSON : ExitCodes.DONE;
  }
}
