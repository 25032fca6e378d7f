package dev.ingest.bugs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.testkit.turn.Turn;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tries the bugs of the bank. A build takes a few, by the day, so that each has its turn; {@code
 * -Dingest.bugs.turn=N} takes those of another day, {@code -Dingest.bugs=all} all, and {@code
 * -Dingest.bugs=13,27} those whose names begin so.
 */
class BugBankTest {

  /** How long a test may take to catch a bug, its process included. */
  static final Duration LONGEST = Duration.ofSeconds(60);

  private static final int LEAST_BUGS = 25;
  private static final int SHARE = 3;

  @Test
  void everyBug_fitsTheCode() throws Exception {
    Reactor reactor = Reactor.here();
    List<Bug> bugs = BugFolder.read(reactor.bugs());
    assertTrue(bugs.size() >= LEAST_BUGS, bugs.size() + " bugs");
    for (int i = 0; i < bugs.size(); i++) {
      Bug bug = bugs.get(i);
      assertEquals(i + 1, bug.number(), bug.name());
      new Planting(reactor).change(bug);
      assertTrue(reactor.has(bug.test()), () -> bug.name() + ": no such test: " + bug.test());
    }
  }

  @Test
  @Tag("programme")
  void share_isCaught(@TempDir Path scratch) throws Exception {
    Reactor reactor = Reactor.here();
    List<Bug> chosen = choose(BugFolder.read(reactor.bugs()));
    BugBank bank = new BugBank(reactor, scratch, LONGEST);
    List<Verdict> verdicts = new ArrayList<>();
    for (Bug bug : chosen) {
      verdicts.add(bank.test(bug));
    }
    System.out.println(BugTable.of(verdicts));
    List<String> missed =
        verdicts.stream()
            .filter(verdict -> !verdict.isCaught())
            .map(
                verdict ->
                    "%s is not caught by %s with \"%s\": %s"
                        .formatted(
                            verdict.bug().name(),
                            verdict.bug().test(),
                            verdict.bug().caughtBy(),
                            verdict.why()))
            .toList();
    assertEquals(List.of(), missed);
  }

  private static List<Bug> choose(List<Bug> all) {
    String wanted = System.getProperty("ingest.bugs", "");
    if (wanted.equals("all")) {
      return all;
    } else if (!wanted.isEmpty()) {
      return Share.named(all, wanted);
    }
    int shares = (all.size() + SHARE - 1) / SHARE;
    return Share.ofTurn(
        all, SHARE, Turn.of(InstantSource.system(), "ingest.bugs.turn", "Bugs", shares));
  }
}
