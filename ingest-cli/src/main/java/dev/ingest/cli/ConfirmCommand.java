package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Acts;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lets deletion go on after a doubt that only a person can end. */
@Command(
    name = "confirm",
    description = {
      "Lets deletion go on after a doubt that only a person can end:",
      "time    the ledger's clock is right, although it jumped or no node ran for long;",
      "ledger  it knows every acceptance, although it was restored or failed over."
    })
final class ConfirmCommand extends EngineCommand {

  /** What is confirmed. */
  enum Doubt {
    /** The ledger's clock. */
    TIME,
    /** The ledger's incarnation. */
    LEDGER
  }

  @Parameters(index = "0", paramLabel = "time|ledger", description = "What is right.")
  private Doubt doubt = Doubt.TIME;

  @Mixin private Because because = new Because();

  @Option(
      names = "--leave",
      paramLabel = "N",
      description = {
        "For ledger: how many acceptances that it does not know are given up, exactly",
        "(default: ${DEFAULT-VALUE}); adopt takes them back."
      })
  private int leave;

  @Option(names = "--dry-run", description = "Only tell what would be confirmed.")
  private boolean dryRun;

  ConfirmCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      Acts all = because.acts(engine);
      Acts acts = dryRun ? all.rehearsal() : all;
      String confirmed =
          switch (doubt) {
            case TIME -> acts.confirmTime().toString();
            case LEDGER -> acts.confirmIncarnation(leave).value();
          };
      if (options().json()) {
        try (JsonOutput json = new JsonOutput(terminal().out())) {
          json.write(out -> out.writeStringField("confirmed", confirmed));
          json.write(out -> out.writeBooleanField("committed", !dryRun));
        }
      } else {
        terminal()
            .say(
                (dryRun ? "would be confirmed: " : "confirmed: ")
                    + (doubt == Doubt.TIME ? "it is " : "the ledger is incarnation ")
                    + confirmed);
      }
      return ExitCodes.DONE;
    }
  }
}
