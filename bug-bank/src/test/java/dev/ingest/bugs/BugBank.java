package dev.ingest.bugs;

import dev.ingest.bugs.TrialReport.End;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Plants bugs one by one and tells which are caught. A bug is caught only if its test passes
 * without it, and fails with it by the message that the bug names.
 */
final class BugBank {

  private final Reactor reactor;
  private final Path scratch;
  private final Duration longest;
  private final Map<NamedTest, TrialReport> unplanted = new HashMap<>();

  /**
   * Creates a bank.
   *
   * @param scratch a folder for what it compiles and the tests leave
   * @param longest how long a test may take, its process included
   */
  BugBank(Reactor reactor, Path scratch, Duration longest) {
    this.reactor = reactor;
    this.scratch = scratch;
    this.longest = longest;
  }

  /** Tries one bug. */
  Verdict test(Bug bug) throws IOException, InterruptedException {
    Path planted = Files.createTempDirectory(scratch, "planted");
    String refused = new Planting(reactor).compile(bug, planted);
    if (!refused.isEmpty()) {
      return new Verdict(bug, false, refused, 0);
    }
    TrialReport without = unplanted.get(bug.test());
    if (without == null) {
      without = run(bug.test(), Files.createTempDirectory(scratch, "nothing"));
      unplanted.put(bug.test(), without);
    }
    if (without.end() != End.PASSED) {
      return new Verdict(bug, false, "without the bug: " + describe(without), 0);
    }
    long begun = System.nanoTime();
    TrialReport with = run(bug.test(), planted);
    double seconds = (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1);
    boolean isCaught = with.end() == End.FAILED && with.detail().contains(bug.caughtBy());
    return new Verdict(bug, isCaught, describe(with), seconds);
  }

  private TrialReport run(NamedTest test, Path planted) throws IOException, InterruptedException {
    return new Trial(reactor, longest)
        .run(test, planted, Files.createTempDirectory(scratch, "run"));
  }

  private static String describe(TrialReport report) {
    return report.end() + " " + report.detail();
  }
}
