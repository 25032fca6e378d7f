package dev.ingest.benchmarks.targets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TargetsTest {

  private static final Set<String> KNOWN = Set.of("one", "two");
  private static final TargetsOptions ALL =
      new TargetsOptions(true, Duration.ofMinutes(1), 20_000, Set.of(), Optional.empty());

  /** What a measurement does when it is asked. */
  private record Scripted(String name, Callable<List<Figure>> figures) implements Measurement {

    @Override
    public List<Target> targets() {
      return List.of(new Target("target of " + name, Limit.atLeast(1)));
    }

    @Override
    public List<Figure> measure(Effort effort) throws Exception {
      return figures.call();
    }
  }

  @Test
  void brokenMeasurement_failsTheRunAndTheOthersGoOn() throws Exception {
    Scripted broken =
        new Scripted(
            "one",
            () -> {
              throw new IllegalStateException("not a figure");
            });
    Scripted sound = new Scripted("two", () -> List.of(Figure.of(2, "ms", "")));
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    assertFalse(run(ALL, out, broken, sound));

    assertTrue(text(out).contains("| target of one | ≥ 1 |  |  |  |  | BROKEN: "), text(out));
    assertTrue(text(out).contains("| target of two | ≥ 1 ms | 2 ms |"), text(out));
    assertTrue(
        text(out).contains("1 reached, 0 missed, 0 at a smaller size, 0 did not run, 1 broken."),
        text(out));
    assertTrue(text(out).contains(" cores ("), text(out));
    assertTrue(text(out).contains("QUICK"), text(out));
  }

  @Test
  void measurementWithoutAFigureForEachTarget_isBroken() throws Exception {
    assertFalse(run(ALL, new ByteArrayOutputStream(), new Scripted("one", List::of)));
  }

  @Test
  void whatThisMachineLacks_isNoError() throws Exception {
    Scripted absent =
        new Scripted(
            "one",
            () -> {
              throw new NotRunException("no database here");
            });
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    assertTrue(run(ALL, out, absent));

    assertTrue(text(out).contains("| did not run: no database here |"), text(out));
  }

  @Test
  void whatHasNotBegunInTime_isNotRun() throws Exception {
    TargetsOptions over =
        new TargetsOptions(false, Duration.ZERO, 20_000, Set.of(), Optional.empty());
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    assertTrue(run(over, out, new Scripted("one", () -> List.of(Figure.of(2, "ms", "")))));

    assertTrue(text(out).contains("| did not run: the 0 minutes were over |"), text(out));
    assertFalse(text(out).contains("QUICK"), text(out));
  }

  @Test
  void whatWasNotChosen_hasNoRow() throws Exception {
    TargetsOptions chosen = TargetsOptions.parse(KNOWN, "--only", "two");
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    assertTrue(
        run(
            chosen,
            out,
            new Scripted("one", List::of),
            new Scripted("two", () -> List.of(Figure.of(2, "ms", "")))));

    assertFalse(text(out).contains("target of one"), text(out));
    assertTrue(text(out).contains("target of two"), text(out));
  }

  @Test
  void options_areTaken() {
    assertEquals(
        new TargetsOptions(false, Duration.ofMinutes(60), 1_000_000, Set.of(), Optional.empty()),
        TargetsOptions.parse(KNOWN));
    assertEquals(
        new TargetsOptions(
            true,
            Duration.ofMinutes(5),
            20_000,
            Set.of("one", "two"),
            Optional.of(Path.of("here"))),
        TargetsOptions.parse(
            KNOWN, "--quick", "--minutes", "5", "--only", "one,two", "--into", "here"));
    assertEquals(10_000_000, TargetsOptions.parse(KNOWN, "--quick", "--rows", "10000000").rows());
  }

  @Test
  void unknownOption_isRefusedWithTheList() {
    for (String[] wrong :
        new String[][] {
          {"--fast"},
          {"--minutes"},
          {"--minutes", "0"},
          {"--minutes", "601"},
          {"--minutes", "-1"},
          {"--rows", "19999"},
          {"--rows", "many"},
          {"--into"},
          {"--only", "three"},
          {"--only", ""}
        }) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> TargetsOptions.parse(KNOWN, wrong));
      assertTrue(String.valueOf(refused.getMessage()).contains("--quick"), refused.getMessage());
    }
  }

  @Test
  void turns_areBegunByAnotherEachRound() throws Exception {
    List<String> calls = new ArrayList<>();
    Effort effort = Effort.of(ALL);

    List<Samples> samples =
        new Turns(effort, 1, 2)
            .measure(List.of(() -> called(calls, "a", 1), () -> called(calls, "b", 2)));

    assertEquals(List.of("a", "b", "a", "b", "b", "a"), calls);
    assertEquals(List.of(1.0, 1.0), samples.get(0).ascending());
    assertEquals(List.of(2.0, 2.0), samples.get(1).ascending());
  }

  @Test
  void turnsWithoutTime_measureOnce() throws Exception {
    List<String> calls = new ArrayList<>();
    Effort over = new Effort(false, 20_000, System.nanoTime(), Duration.ZERO);

    new Turns(over, 3, 9).measure(List.of(() -> called(calls, "a", 1)));

    assertEquals(List.of("a"), calls);
  }

  @Test
  @Tag("programme")
  @Timeout(value = 4, unit = TimeUnit.MINUTES)
  void quickRunOfWhatNeedsNoServer_givesAFigureForEachTarget() throws Exception {
    TargetsOptions options =
        TargetsOptions.parse(
            Targets.names(Targets.measurements(), List.of()),
            "--quick",
            "--only",
            "many-items,verification,embedded");
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    boolean isWhole =
        Targets.run(
            Targets.measurements(),
            List.of(),
            options,
            new PrintStream(out, true, StandardCharsets.UTF_8));

    assertTrue(isWhole, text(out));
    assertTrue(
        text(out).contains("| files that its submission syncs | ≥ 1,001 files | 1,001 files |"),
        text(out));
    for (String row :
        new String[] {
          "| a sequence of 1,000 items of 200 KB",
          "| whole lifecycle of small sequences",
          "| accepted to verified, embedded, idle, p99 |",
          "| accepted to verified, embedded, 80 % load, p99 |"
        }) {
      assertTrue(text(out).contains(row), row + " is not in\n" + text(out));
    }
    assertTrue(text(out).contains(", 0 broken."), text(out));
  }

  private static Double called(List<String> calls, String name, double figure) {
    calls.add(name);
    return figure;
  }

  private static boolean run(
      TargetsOptions options, ByteArrayOutputStream out, Measurement... measurements)
      throws IOException {
    return Targets.run(
        List.of(measurements),
        List.of(),
        options,
        new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private static String text(ByteArrayOutputStream out) {
    return out.toString(StandardCharsets.UTF_8);
  }
}
