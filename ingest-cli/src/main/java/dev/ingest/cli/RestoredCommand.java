package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Acts;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what a ledger cannot know of itself. */
@Command(
    name = "restored",
    description = {
      "The ledger was restored from a backup, or failed over to a replica that may have lagged: gives it",
      "a new incarnation, which ends all leases; nothing is deleted until confirm ledger."
    })
final class RestoredCommand extends EngineCommand {

  @Mixin private Because because = new Because();

  @Option(names = "--dry-run", description = "Only tell the incarnation that would end.")
  private boolean dryRun;

  RestoredCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      Acts acts = because.acts(engine);
      String incarnation = (dryRun ? acts.rehearsal() : acts).beginIncarnation().value();
      if (options().json()) {
        try (JsonOutput json = new JsonOutput(terminal().out())) {
          json.write(out -> out.writeStringField("incarnation", incarnation));
          json.write(out -> out.writeBooleanField("committed", !dryRun));
        }
      } else {
        terminal()
            .say(
                dryRun
                    ? "would end: incarnation " + incarnation
                    : "the ledger is incarnation %s now; adopt what it does not know, then confirm ledger"
                        .formatted(incarnation));
      }
      return ExitCodes.DONE;
    }
  }
}
