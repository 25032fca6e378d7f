package dev.ingest.bugs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bank is not vacuous: what is caught counts, and nothing else does. */
class BugBankControlsTest {

  private static final String SOURCE = "bug-bank/src/test/java/dev/ingest/bugs/Specimen.java";
  private static final String WRONG = "6 * 8";
  private static final String SAME = "7 * 6";

  @TempDir
  @SuppressWarnings("NullAway.Init") // made before all tests
  private static Path scratch;

  /** One for all, since it runs each test only once without a bug. */
  @SuppressWarnings("NullAway.Init")
  private static BugBank bank;

  @BeforeAll
  static void open() throws IOException {
    bank = new BugBank(Reactor.here(), scratch, BugBankTest.LONGEST);
  }

  @Test
  void bugThatItsTestFinds_isCaught() throws Exception {
    Verdict verdict = plant(WRONG, "answer_isRight", "the answer ==> expected: <42>");
    assertTrue(verdict.isCaught(), verdict.why());
    assertTrue(verdict.seconds() > 0);
  }

  @Test
  void changeThatBreaksNothing_isNotCaught() throws Exception {
    assertNotCaught(plant(SAME, "answer_isRight", "the answer"), "PASSED");
  }

  @Test
  void failureWithOtherWords_isNotCaught() throws Exception {
    assertNotCaught(plant(WRONG, "answer_isRight", "the question"), "FAILED");
  }

  @Test
  void changeThatDoesNotCompile_isNotCaught() throws Exception {
    assertNotCaught(plant("6 *", "answer_isRight", "the answer"), "does not compile");
  }

  @Test
  void testThatIsSkipped_catchesNothing() throws Exception {
    assertNotCaught(plant(WRONG, "wrongAnswer_skips", ""), "SKIPPED");
  }

  @Test
  void testThatIsNotThere_catchesNothing() throws Exception {
    assertNotCaught(plant(WRONG, "someAnswer_isThere", ""), "without the bug: NOT_FOUND");
  }

  @Test
  void testThatAlwaysFails_catchesNothing() throws Exception {
    assertNotCaught(plant(WRONG, "anyAnswer_fails", "the answer"), "without the bug: FAILED");
  }

  @Test
  void testThatDoesNotEnd_isEnded() throws Exception {
    Path nothing = Files.createDirectory(scratch.resolve("nothing"));
    TrialReport report =
        new Trial(Reactor.here(), Duration.ofMillis(500))
            .run(named("anyAnswer_neverEnds"), nothing, scratch);
    assertEquals(TrialReport.End.NO_END, report.end());
  }

  @Test
  void textThatIsNotThereExactlyOnce_isRefused() {
    for (String before : List.of("6 * 9", "n")) {
      Bug bug = bug(new Edit(SOURCE, before, WRONG), "answer_isRight", "");
      assertThrows(BugBankException.class, () -> new Planting(Reactor.here()).change(bug));
    }
  }

  @Test
  void fileWithoutAPart_isRefused() {
    List<String> whole =
        List.of(
            "title: t",
            "breaks: S1",
            "test: ingest-spi a.B#c",
            "caught-by: d",
            "",
            "edit: e",
            "- f",
            "-",
            "- g",
            "+ h");
    Edit edit = Bug.parse("01-whole", whole).edits().get(0);
    assertEquals(new Edit("e", "f\n\ng", "h"), edit);
    for (int without : List.of(0, 1, 2, 3, 5)) {
      List<String> lines = new ArrayList<>(whole);
      lines.remove(without);
      assertThrows(BugBankException.class, () -> Bug.parse("02-cut", lines));
    }
    for (String line : List.of("title: other", "caught-by: ", "breaks", "some: thing", "- i")) {
      List<String> lines = new ArrayList<>(whole);
      lines.add(0, line);
      assertThrows(BugBankException.class, () -> Bug.parse("03-more", lines), line);
    }
  }

  @Test
  void everyBug_hasItsTurn() {
    List<Bug> all = new ArrayList<>();
    for (int i = 0; i < 31; i++) {
      all.add(Bug.parse("bug-" + i, lines()));
    }
    Set<String> tried = new TreeSet<>();
    for (long day = 20_000; day < 20_016; day++) {
      Share.ofTurn(all, 2, day).forEach(bug -> tried.add(bug.name()));
    }
    assertEquals(all.size(), tried.size());
  }

  private static List<String> lines() {
    return List.of(
        "title: t", "breaks: S1", "test: ingest-spi a.B", "caught-by: d", "edit: e", "- f");
  }

  private static Verdict plant(String answer, String test, String caughtBy)
      throws IOException, InterruptedException {
    return bank.test(bug(new Edit(SOURCE, "6 * 7", answer), test, caughtBy));
  }

  private static Bug bug(Edit edit, String test, String caughtBy) {
    return new Bug("00-specimen", "wrong", "nothing", named(test), caughtBy, List.of(edit));
  }

  private static NamedTest named(String method) {
    return new NamedTest("bug-bank", SpecimenCase.class.getName(), method);
  }

  private static void assertNotCaught(Verdict verdict, String why) {
    assertFalse(verdict.isCaught());
    assertTrue(verdict.why().contains(why), verdict.why());
  }
}
