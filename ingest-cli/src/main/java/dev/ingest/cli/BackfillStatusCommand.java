package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Ingest;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows how far backfills are. */
@Command(
    name = "status",
    description = {
      "Shows how far a backfill is, or all of them without a NAME.",
      "Status 1 if a sequence of one has failed or is unrecoverable."
    })
final class BackfillStatusCommand extends EngineCommand {

  private static final int PAGE = 100;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "The name of the backfill.")
  private @Nullable String name;

  BackfillStatusCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = ledgerEngine(stores)) {
      String one = name;
      if (one != null) {
        return stores.ended(BackfillText.show(terminal(), find(engine, one), options().json()));
      }
      int[] status = {ExitCodes.DONE};
      if (options().json()) {
        try (JsonOutput json = new JsonOutput(terminal().out())) {
          json.write(out -> out.writeArrayFieldStart("backfills"));
          each(
              engine,
              progress -> {
                json.write(out -> out.writeRawValue(progress.toJson()));
                status[0] = ExitCodes.worse(status[0], BackfillText.status(progress));
              });
          json.write(JsonGenerator::writeEndArray);
        }
      } else {
        each(
            engine,
            progress -> {
              BackfillText.print(terminal(), progress);
              status[0] = ExitCodes.worse(status[0], BackfillText.status(progress));
            });
      }
      return stores.ended(status[0]);
    }
  }

  static BackfillProgress find(Ingest engine, String name) {
    return engine
        .backfills()
        .progress(name)
        .orElseThrow(() -> new UsageException("there is no backfill " + name));
  }

  private static void each(Ingest engine, Consumer<BackfillProgress> visit) {
    String after = "";
    List<BackfillProgress> page;
    do {
      page = engine.backfills().list(after, PAGE);
      page.forEach(visit);
      after = page.isEmpty() ? after : page.get(page.size() - 1).name();
    } while (page.size() == PAGE);
  }
}
