package dev.ingest.benchmarks.gate;

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
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimesTest {

  private static final int ROUNDS = 7;

  /** Rounds of a machine that is slower by up to a half for a whole round, and noisy within it. */
  private static double[][] rounds(SplittableRandom random, double factor, double noise) {
    double[] before = new double[ROUNDS];
    double[] now = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      double machine = 100 * (1 + random.nextDouble() / 2);
      before[i] = machine * (1 + noise * random.nextDouble());
      now[i] = machine * factor * (1 + noise * random.nextDouble());
    }
    return new double[][] {before, now};
  }

  private static int slower(double factor, double noise) {
    SplittableRandom random = new SplittableRandom(1);
    int found = 0;
    for (int i = 0; i < 1_000; i++) {
      double[][] rounds = rounds(random, factor, noise);
      found += Ratio.of(rounds[0], rounds[1]).isSlower() ? 1 : 0;
    }
    return found;
  }

  @Test
  void aFifthSlower_isFoundWhereRoundsVaryByATenth() {
    assertTrue(slower(1.2, 0.1) >= 990, slower(1.2, 0.1) + " of 1,000");
  }

  @Test
  void equalPrograms_areNearlyNeverCalledSlower_howeverNoisyTheMachine() {
    assertEquals(0, slower(1.0, 0.1));
    assertTrue(slower(1.0, 0.5) <= 10, slower(1.0, 0.5) + " of 1,000");
  }

  @Test
  void equalTimes_haveARatioOfOneAndNoWidth() {
    double[] times = {3, 4, 5};

    assertEquals(new Ratio(1, 1, 1), Ratio.of(times, times));
  }

  @Test
  void twoPairs_areTooFew() {
    assertThrows(IllegalArgumentException.class, () -> Ratio.of(new double[2], new double[2]));
  }

  @Test
  void report_namesWhatIsSlower_andWhatCannotBeCompared() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    boolean kept =
        Times.report(
            Map.of("digest", List.of(1.0, 1.0, 1.0)),
            Map.of("digest", List.of(1.2, 1.2, 1.2), "added", List.of(1.0, 1.0, 1.0)),
            3,
            new PrintStream(out, true, StandardCharsets.UTF_8));

    String report = out.toString(StandardCharsets.UTF_8);
    assertFalse(kept);
    assertTrue(report.contains("| digest | 1.20 | 1.20 | 1.20 | SLOWER |"), report);
    assertTrue(report.contains("| added | | | | new, not compared |"), report);
  }

  @Test
  void whatIsNotUnderstood_isRefusedWithTheList(@TempDir Path folder) throws IOException {
    String jar = Files.createFile(folder.resolve("a.jar")).toString();
    for (String[] wrong :
        new String[][] {
          {},
          {"--base", folder.toString(), "--now", jar},
          {"--base", jar, "--now", jar, "--rounds", "2"},
          {"--base", jar, "--now", jar, "--rounds", "x"},
          {"--base", jar, "--now", jar, "--millis", "49"},
          {"--base", jar, "--now", jar, "--only"},
          {"--base", jar, "--now", jar, "--fast", "1"}
        }) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> TimesOptions.parse(wrong));
      assertTrue(String.valueOf(refused.getMessage()).contains("--rounds N"));
    }
    assertEquals(9, TimesOptions.parse("--base", jar, "--now", jar, "--rounds", "9").rounds());
    assertEquals(50, TimesOptions.parse("--base", jar, "--now", jar, "--millis", "50").millis());
  }
}
