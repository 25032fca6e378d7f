package dev.ingest.benchmarks.costs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostsTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern STEP = Pattern.compile(" *step \"([^\"]+)\"");

  @TempDir private Path temp;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  private Path file(String name, String text) throws IOException {
    Path file = temp.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private void report(String module, String name, String time) throws IOException {
    file(
        module + "/target/surefire-reports/TEST-" + name + ".xml",
        "<?xml version=\"1.0\"?>\n<testsuite name=\"%s\" time=\"%s\"><testcase time=\"9\"/></testsuite>"
            .formatted(name, time));
  }

  @Test
  void modulesAndClasses_comeWithTheSlowestFirst() throws IOException {
    report("one", "dev.ingest.QuickTest", "0.5");
    report("examples/two", "dev.ingest.SlowTest", "1,234.5");
    report("one", "dev.ingest.OtherTest", "2.4");
    file("one/target/surefire-reports/dev.ingest.QuickTest.txt", "text");

    Costs.tests(TestClassCost.below(temp), out);

    assertEquals(
        """
        | module | seconds of its classes of tests |
        |---|---|
        | examples/two | 1235 |
        | one | 3 |

        | slowest classes | module | seconds |
        |---|---|---|
        | SlowTest | examples/two | 1235 |
        | OtherTest | one | 2 |
        | QuickTest | one | 1 |
        """,
        text());
  }

  @Test
  void whatIsNoReport_isNamed() throws IOException {
    for (String text : new String[] {"<testsuite/>", "<testsuite name='a' time='x'/>", "none"}) {
      Path report = file("one/target/surefire-reports/TEST-a.xml", text);
      IOException told = assertThrows(IOException.class, () -> TestClassCost.below(temp));
      assertTrue(String.valueOf(told.getMessage()).contains(report.toString()), told::toString);
    }
  }

  private Budget budget() throws IOException {
    return Budget.read(
        file(
            "testing.md",
            """
            | what | where |
            |---|---|
            | other | 5 |

            ## What each part of CI may cost

            | step | at most, s | measured |
            |---|---|---|
            | Tools | 10 | 7 |
            | Build | 1,000 | 5 |
            | the whole | 1,005 | 12 |

            | another | 7 |
            """));
  }

  @Test
  void stepsWithinTheirTable_pass() throws IOException {
    Path noted = file("steps", "10 3 Tools\n995 1800 Build\n1001 1803 the whole\n");

    assertTrue(Costs.steps(StepCost.read(noted), budget(), out));

    assertTrue(text().contains("| Tools | 10 | 10 | 3 |  |"), text());
    assertTrue(text().contains("| the whole | 1005 | 1001 | 1803 |  |"), text());
  }

  @Test
  void stepsThatTakeLonger_areNamedAndTheWholeDecides() throws IOException {
    assertTrue(Costs.steps(costs("11 3 Tools", "9 9 New", "20 12 the whole"), budget(), out));
    assertTrue(text().contains("| Tools | 10 | 11 | 3 | OVER |"), text());
    assertTrue(text().contains("| New |  | 9 | 9 | NOT IN THE TABLE |"), text());

    assertFalse(Costs.steps(costs("9 3 Build", "1006 3 the whole"), budget(), out));
    assertTrue(text().contains("| the whole | 1005 | 1006 | 3 | OVER |"), text());
  }

  @Test
  void stepsWithoutTheWhole_areRefused() throws IOException {
    List<StepCost> costs = costs("9 3 Build");
    Budget budget = budget();
    assertThrows(IOException.class, () -> Costs.steps(costs, budget, out));
  }

  private List<StepCost> costs(String... lines) throws IOException {
    return StepCost.read(file("steps", String.join("\n", lines)));
  }

  @Test
  void linesThatAreNoSteps_areRefused() throws IOException {
    for (String line : new String[] {"Tools", "1 Tools", "a 1 Tools"}) {
      assertThrows(IOException.class, () -> StepCost.read(file("steps", line + "\n")));
    }
  }

  @Test
  void pageWithoutTheTable_isRefused() throws IOException {
    for (String text :
        new String[] {
          "| the whole | 5 | |", Budget.HEADING, Budget.HEADING + "\n| Tools | 5 | |"
        }) {
      assertThrows(IOException.class, () -> Budget.read(file("testing.md", text)));
    }
  }

  @Test
  void documentation_hasTheStepsOfCiAndTwentyMinutes() throws IOException {
    Budget budget = Budget.read(ROOT.resolve("docs/testing.md"));

    Map<String, Long> together = new TreeMap<>();
    List<String> steps = new ArrayList<>();
    String function = "";
    for (String line : Files.readAllLines(ROOT.resolve(".ci/run"))) {
      Matcher step = STEP.matcher(line);
      function = line.endsWith("() {") ? line : line.equals("}") ? "" : function;
      if (step.matches()) {
        steps.add(step.group(1));
        long most = budget.seconds().getOrDefault(step.group(1), 0L);
        together.merge(function, most, Long::sum);
      }
    }

    assertEquals(steps, List.copyOf(budget.seconds().keySet()));
    assertEquals(20 * 60, budget.whole());
    long inTurn = together.getOrDefault("", 0L);
    together.remove("");
    long beside = Collections.max(together.values());
    assertTrue(inTurn + beside <= budget.whole(), inTurn + " and " + beside + " s");
  }
}
