package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.Ingest;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows a backfill until it stands still or is over. */
@Command(
    name = "watch",
    description = {
      "Draws how far a backfill is, until it is over, paused or not started, and then its counts.",
      "Changes nothing: runs are started and done by `run`."
    })
final class BackfillWatchCommand extends EngineCommand {

  @Parameters(index = "0", paramLabel = "NAME", description = "The name of the backfill.")
  private String name = "";

  BackfillWatchCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = ledgerEngine(stores)) {
      BackfillProgress progress = BackfillStatusCommand.find(engine, name);
      ProgressBar bar =
          new ProgressBar(terminal(), interactive(), "sequences", progress.counts().planned());
      long shown = 0;
      while (progress.phase().isAtWork()) {
        long ended = progress.counts().planned() - progress.counts().pending();
        bar.advance(ended - shown);
        shown = ended;
        if (never.await(1, TimeUnit.SECONDS)) {
          break;
        }
        progress = BackfillStatusCommand.find(engine, name);
      }
      bar.clear();
      return stores.ended(BackfillText.show(terminal(), progress, options().json()));
    }
  }
}
