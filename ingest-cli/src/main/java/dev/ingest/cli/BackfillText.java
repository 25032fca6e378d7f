package dev.ingest.cli;

import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress;
import java.time.Instant;

/** Shows how far a backfill is. */
final class BackfillText {

  private BackfillText() {}

  /** Shows it on its own and returns the exit status. */
  static int show(Terminal terminal, BackfillProgress progress, boolean json) {
    if (json) {
      terminal.say(progress.toJson());
    } else {
      print(terminal, progress);
    }
    return status(progress);
  }

  static void print(Terminal terminal, BackfillProgress progress) {
    BackfillProgress.Counts counts = progress.counts();
    terminal.say(
        Terminal.line(
            "%s  %s  %d planned, %d done, %d failed, %d pending, %d running; %d unrecoverable%s"
                .formatted(
                    progress.name(),
                    progress.phase(),
                    counts.planned(),
                    counts.done(),
                    counts.failed(),
                    counts.pending(),
                    counts.running(),
                    counts.unrecoverable(),
                    speed(progress))));
    terminal.say(
        Terminal.line(
            "  by %s since %s  reason=%s"
                .formatted(
                    progress.last().actor(), progress.last().at(), progress.last().reason())));
    progress
        .causes()
        .forEach(
            (cause, count) ->
                terminal.say(Terminal.line("  %d failed: %s".formatted(count, cause))));
  }

  private static String speed(BackfillProgress progress) {
    if (progress.phase() != BackfillPhase.RUNNING) {
      return "";
    }
    return "; %d per minute, through %s"
        .formatted(
            Math.round(progress.speed().perMinute()),
            progress.speed().estimatedEnd().map(Instant::toString).orElse("at an unknown time"));
  }

  /** What has failed, cannot be run or ended incomplete needs a person. */
  static int status(BackfillProgress progress) {
    boolean isWell =
        progress.phase() != BackfillPhase.INCOMPLETE
            && progress.counts().failed() == 0
            && progress.counts().unrecoverable() == 0;
    return isWell ? ExitCodes.DONE : ExitCodes.NEEDS_PERSON;
  }
}
