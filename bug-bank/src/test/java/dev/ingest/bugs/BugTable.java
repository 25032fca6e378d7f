package dev.ingest.bugs;

import java.util.List;
import java.util.Locale;

/** Tells what became of bugs as a table that a page can show. */
final class BugTable {

  private BugTable() {}

  static String of(List<Verdict> verdicts) {
    StringBuilder table =
        new StringBuilder("| bug | what was done wrong | breaks | test | caught by | s |\n")
            .append("|---|---|---|---|---|---|\n");
    for (Verdict verdict : verdicts) {
      Bug bug = verdict.bug();
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | `%s` | %s | %.1f |\n",
              bug.name(),
              bug.title(),
              bug.breaks(),
              bug.test().shortName(),
              verdict.isCaught() ? "`" + bug.caughtBy() + "`" : "**nothing**",
              verdict.seconds()));
    }
    return table.toString();
  }
}
