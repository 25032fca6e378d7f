package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Ingest;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the state of everything, again and again. */
@Command(
    name = "watch",
    description = {
      "Shows what is in which state, what is oldest, overdue and at risk, the next expiries, the last",
      "alerts and the watchers' beats; on a terminal on one screen, again every few seconds.",
      "Changes nothing. Shown once, the status is 1 if something needs a person."
    })
final class WatchCommand extends EngineCommand {

  private static final String CLEAR_SCREEN = "\u001b[2J";
  private static final String TOP_LEFT = "\u001b[H";
  private static final String CLEAR_LINE_END = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final int MAX_SECONDS = 86_400;

  @Option(names = "--once", description = "Show it once, as without a terminal and with --json.")
  private boolean once;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "How often, 1 to 86400 (default: ${DEFAULT-VALUE}).")
  private int interval = 2;

  WatchCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    if (interval < 1 || interval > MAX_SECONDS) {
      throw new UsageException("--interval takes 1 to 86400 seconds, not " + interval);
    }
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = ledgerEngine(stores)) {
      if (once || !interactive()) {
        return stores.ended(show(Overview.ofAll(stores.ledger(), engine.outlook())));
      }
      return showUntilInterrupted(stores, engine);
    }
  }

  private int showUntilInterrupted(Stores stores, Ingest engine) {
    CountDownLatch never = new CountDownLatch(1);
    terminal().draw(CLEAR_SCREEN);
    try {
      do {
        redraw(Overview.of(stores.ledger(), engine.outlook()));
      } while (!never.await(interval, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCodes.DONE;
  }

  private int show(Overview overview) {
    if (options().json()) {
      try (JsonOutput json = new JsonOutput(terminal().out())) {
        overview.write(json);
      }
    } else {
      overview.lines().forEach(line -> terminal().say(Terminal.line(line)));
    }
    return overview.needsPerson() ? ExitCodes.NEEDS_PERSON : ExitCodes.DONE;
  }

  private void redraw(Overview overview) {
    StringBuilder screen = new StringBuilder(TOP_LEFT);
    for (String line : overview.lines()) {
      screen.append(Terminal.line(line)).append(CLEAR_LINE_END).append('\n');
    }
    terminal().draw(screen.append(CLEAR_BELOW).toString());
  }
}
