package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.BackfillActs;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Ingest;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A decision about a backfill, recorded with who and why. */
abstract class BackfillActCommand extends EngineCommand {

  private final BiFunction<BackfillActs, String, BackfillProgress> act;

  @Parameters(index = "0", paramLabel = "NAME", description = "The name of the backfill.")
  private String name = "";

  @Mixin private Because because = new Because();

  @Option(names = "--dry-run", description = "Only tell what it would do.")
  private boolean dryRun;

  BackfillActCommand(
      Surroundings surroundings, BiFunction<BackfillActs, String, BackfillProgress> act) {
    super(surroundings);
    this.act = act;
  }

  /** Starts. */
  @Command(name = "start", description = "Has the runs of a frozen backfill started by `run`.")
  static final class Start extends BackfillActCommand {
    Start(Surroundings surroundings) {
      super(surroundings, BackfillActs::start);
    }
  }

  /** Pauses. */
  @Command(name = "pause", description = "Starts no more runs for now; those under way end.")
  static final class Pause extends BackfillActCommand {
    Pause(Surroundings surroundings) {
      super(surroundings, BackfillActs::pause);
    }
  }

  /** Resumes. */
  @Command(name = "resume", description = "Has runs started again.")
  static final class Resume extends BackfillActCommand {
    Resume(Surroundings surroundings) {
      super(surroundings, BackfillActs::resume);
    }
  }

  /** Cancels. */
  @Command(
      name = "cancel",
      description = "Ends a backfill, an incomplete one too: its holds are released.")
  static final class Cancel extends BackfillActCommand {
    Cancel(Surroundings surroundings) {
      super(surroundings, BackfillActs::cancel);
    }
  }

  @Override
  int perform() {
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = ledgerEngine(stores)) {
      BackfillActs acts =
          (dryRun ? because.acts(engine).rehearsal() : because.acts(engine)).backfills();
      String known = BackfillStatusCommand.find(engine, name).name();
      BackfillProgress progress = act.apply(acts, known);
      if (dryRun && !options().json()) {
        terminal().say("would be:");
      }
      BackfillText.show(terminal(), progress, options().json());
      return ExitCodes.DONE;
    }
  }
}
