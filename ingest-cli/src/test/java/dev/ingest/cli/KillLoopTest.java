package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.photo.SamplePhotos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills real processes during real work, and asks afterwards for everything that they promised.
 *
 * <p>In each round one process submits 200 sequences and another runs them. After a random number
 * of lines that the two have printed, and a few random milliseconds more, both get {@code SIGKILL}.
 * In some rounds the first restart is killed as well. Then {@code run --until-idle} has to bring
 * every sequence home, and the oracle, which was outside all the time, compares what was printed
 * with what is stored.
 *
 * <p>{@code -Dingest.kill.rounds=200} runs more rounds; {@code -Dingest.kill.seed=N} repeats the
 * random choices of a run that printed {@code seed N}.
 */
@Tag("programme")
class KillLoopTest {

  private static final int SEQUENCES = 200;
  private static final int ROUNDS = Integer.getInteger("ingest.kill.rounds", 3);
  private static final long SEED =
      Long.getLong("ingest.kill.seed", new SecureRandom().nextInt(1 << 30));

  /** Seven lines of a receipt, one for its stage, one for its publication. */
  private static final int LINES_EACH = 9;

  @TempDir private Path temp;

  @Test
  void killedAnywhere_losesNothingAndPublishesNothingTwice() throws Exception {
    List<Path> inputs = inputs(temp.resolve("in"));
    System.out.println("kill loop: seed " + SEED + ", " + ROUNDS + " rounds");
    List<Callable<String>> rounds = new ArrayList<>();
    for (int i = 1; i <= ROUNDS; i++) {
      int number = i;
      rounds.add(() -> round(number, inputs));
    }
    // Much of a round is waiting, for processes to start and for leases to run out.
    ExecutorService sideBySide = Executors.newFixedThreadPool(2);
    try {
      for (Future<String> round : sideBySide.invokeAll(rounds)) {
        assertTrue(round.get().endsWith("resumed"));
      }
    } finally {
      sideBySide.shutdownNow();
    }
  }

  private String round(int number, List<Path> inputs) throws Exception {
    Random random = new Random(SEED + number);
    Path home = Files.createDirectory(temp.resolve("home-" + number));
    Oracle oracle = new Oracle(home, inputs);
    try {
      if (random.nextInt(3) == 0) {
        killRunner(home, inputs, random, oracle);
      } else {
        killBoth(home, inputs, random, oracle);
      }
      if (random.nextInt(3) == 0) {
        killDuringRestart(home, random, oracle);
      }
      finish(home, oracle);
      oracle.judge();
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + SEED + ", round " + number + ": " + e.getMessage(), e);
    }
    delete(home);
    String report = "kill loop: round " + number + ", " + oracle;
    System.out.println(report);
    return report;
  }

  /** Both at work side by side. */
  private static void killBoth(Path home, List<Path> inputs, Random random, Oracle oracle)
      throws IOException, InterruptedException {
    CountDownLatch lines = new CountDownLatch(random.nextInt(SEQUENCES * LINES_EACH));
    try (Child submitter =
            Child.start(errors(home), line -> lines.countDown(), submit(home, inputs));
        Child runner = Child.start(errors(home), line -> lines.countDown(), run(home))) {
      assertTrue(
          lines.await(120, TimeUnit.SECONDS),
          () -> "too few lines; " + submitter.describe() + runner.describe());
      runner.endsWithin(random.nextInt(30));
      if (random.nextBoolean()) {
        submitter.kill();
        runner.kill();
      } else {
        runner.kill();
        submitter.kill();
      }
      oracle.heard(submitter.lines());
      oracle.heard(runner.lines());
    }
  }

  /** All receipts are out, and the work is killed. */
  private static void killRunner(Path home, List<Path> inputs, Random random, Oracle oracle)
      throws IOException, InterruptedException {
    try (Child submitter = Child.start(errors(home), line -> {}, submit(home, inputs))) {
      assertEquals(0, submitter.exitStatus(), submitter::describe);
      oracle.heard(submitter.lines());
    }
    CountDownLatch lines = new CountDownLatch(random.nextInt(SEQUENCES * 2));
    try (Child runner = Child.start(errors(home), line -> lines.countDown(), run(home))) {
      assertTrue(lines.await(120, TimeUnit.SECONDS), runner::describe);
      runner.endsWithin(random.nextInt(30));
      runner.kill();
      oracle.heard(runner.lines());
    }
  }

  private static void killDuringRestart(Path home, Random random, Oracle oracle)
      throws IOException, InterruptedException {
    CountDownLatch lines = new CountDownLatch(random.nextInt(SEQUENCES));
    try (Child runner = Child.start(errors(home), line -> lines.countDown(), run(home))) {
      // There may be less left to do than lines to wait for, so this wait is bounded and may end.
      boolean reached = lines.await(2 + random.nextInt(2), TimeUnit.SECONDS);
      runner.endsWithin(reached ? random.nextInt(30) : 1);
      runner.kill();
      oracle.heard(runner.lines());
    }
  }

  private static void finish(Path home, Oracle oracle) throws IOException, InterruptedException {
    List<String> untilIdle = new ArrayList<>(run(home));
    untilIdle.add("--until-idle");
    try (Child runner = Child.start(errors(home), line -> {}, untilIdle)) {
      assertEquals(0, runner.exitStatus(), runner::describe);
      oracle.heard(runner.lines());
      List<String> lines = runner.lines();
      assertFalse(lines.isEmpty(), runner::describe);
      assertTrue(lines.get(lines.size() - 1).endsWith(", 0 unaccounted for"), runner::describe);
    }
  }

  private static List<String> submit(Path home, List<Path> inputs) {
    List<String> submit = new ArrayList<>(List.of("submit", "--home", home.toString()));
    inputs.forEach(path -> submit.add(path.toString()));
    return submit;
  }

  private static List<String> run(Path home) {
    return List.of("run", "--home", home.toString(), "--lease", "1");
  }

  private static Path errors(Path home) {
    return home.resolveSibling(home.getFileName() + ".err");
  }

  /** Small sequences of two items; in some of them one is a photograph. */
  private static List<Path> inputs(Path directory) throws IOException {
    Path photos = Files.createDirectories(directory.resolve("photos"));
    byte[] photo = Files.readAllBytes(SamplePhotos.writeTo(photos).get(0));
    List<Path> inputs = new ArrayList<>();
    for (int i = 0; i < SEQUENCES; i++) {
      Path input = Files.createDirectory(directory.resolve("seq-%03d".formatted(i)));
      Files.writeString(input.resolve("a.txt"), "sequence " + i);
      if (i % 40 == 0) {
        Files.write(input.resolve("b.jpg"), photo);
      } else {
        Files.writeString(input.resolve("b.txt"), "more of sequence " + i);
      }
      inputs.add(input);
    }
    return inputs;
  }

  static void delete(Path home) throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
