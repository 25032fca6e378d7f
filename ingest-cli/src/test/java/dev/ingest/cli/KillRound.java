package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Processes at work on stores of their own, which are killed; others bring the work home. */
final class KillRound {

  /** Seven lines of a receipt, one for its stage, one for its publication. */
  private static final int LINES_EACH = 9;

  /** How long nothing may be printed; on a busy machine all of it may take much longer. */
  private static final long SILENCE_SECONDS = 120;

  private static final long LONGEST_MILLIS = TimeUnit.MINUTES.toMillis(10);

  /**
   * How many restarts in a row are killed, at most. A stage has eight attempts: what was at work at
   * eight kills has failed, and says so, as the slow sequences of a round with twelve restarts did.
   */
  private static final int RESTARTS = Integer.getInteger("ingest.kill.restarts", 1);

  private static final int MOST_RESTARTS = 6;

  private final Backend backend;
  private final Path errors;
  private final List<Path> inputs;
  private final Random random;
  private final Oracle oracle;
  private int killed;

  /**
   * Prepares one.
   *
   * @param backend the stores, of which there is nothing yet
   * @param directory for what processes leave beside them
   * @param inputs what is submitted
   * @param random chooses where work is killed
   */
  KillRound(Backend backend, Path directory, List<Path> inputs, Random random) {
    if (RESTARTS < 0 || RESTARTS > MOST_RESTARTS) {
      throw new IllegalArgumentException(
          "ingest.kill.restarts is 0 to %d, not %d".formatted(MOST_RESTARTS, RESTARTS));
    }
    this.backend = backend;
    this.errors = directory.resolve("errors");
    this.inputs = inputs;
    this.random = random;
    this.oracle = new Oracle(backend, inputs);
  }

  /** Kills, brings home and judges; returns how many processes it killed, which were alive. */
  int play() throws IOException, InterruptedException {
    if (random.nextInt(3) == 0) {
      killRunner();
    } else {
      killBoth();
    }
    int restarts = random.nextInt(RESTARTS + 1);
    for (int i = 0; i < restarts && killDuringRestart(); i++) {}
    finish();
    oracle.judge();
    return killed;
  }

  /** Both at work side by side. */
  private void killBoth() throws IOException, InterruptedException {
    int count = random.nextInt(inputs.size() * LINES_EACH);
    Semaphore lines = new Semaphore(0);
    try (Child submitter = submit(line -> lines.release());
        Child runner = run(line -> lines.release())) {
      assertTrue(
          come(lines, count), () -> "too few lines; " + submitter.describe() + runner.describe());
      runner.endsWithin(random.nextInt(30));
      if (random.nextBoolean()) {
        kill(submitter);
        kill(runner);
      } else {
        kill(runner);
        kill(submitter);
      }
    }
  }

  /** All receipts are out, and the work is killed. */
  private void killRunner() throws IOException, InterruptedException {
    try (Child submitter = submit(line -> {})) {
      endsWell(submitter);
    }
    int count = random.nextInt(inputs.size() * 2);
    Semaphore lines = new Semaphore(0);
    try (Child runner = run(line -> lines.release())) {
      assertTrue(come(lines, count), () -> "too few lines; " + runner.describe());
      runner.endsWithin(random.nextInt(30));
      kill(runner);
    }
  }

  /**
   * Kills what begins where the killed one left off, early enough that the next has something left.
   *
   * @return whether there was as much to do as it was meant to do
   */
  private boolean killDuringRestart() throws IOException, InterruptedException {
    int count = random.nextInt(Math.max(1, 2 * inputs.size() / (RESTARTS + 1)));
    Semaphore lines = new Semaphore(0);
    try (Child runner = run(line -> lines.release())) {
      // There may be less left to do than lines to wait for, so this wait is bounded and may end.
      boolean reached = lines.tryAcquire(count, RESTARTS + 1 + random.nextInt(2), TimeUnit.SECONDS);
      runner.endsWithin(reached ? random.nextInt(30) : 1);
      kill(runner);
      return reached;
    }
  }

  private static boolean come(Semaphore lines, int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      if (!lines.tryAcquire(SILENCE_SECONDS, TimeUnit.SECONDS)) {
        return false;
      }
    }
    return true;
  }

  /** A process that had done its work before is none that was killed. */
  private void kill(Child child) throws InterruptedException {
    if (child.kill()) {
      killed++;
    } else {
      assertEquals(0, child.exitStatus(), child::describe);
    }
    oracle.heard(child.lines());
  }

  private void finish() throws IOException, InterruptedException {
    try (Child runner = run(line -> {}, "--until-idle")) {
      endsWell(runner);
      List<String> lines = runner.lines();
      assertFalse(lines.isEmpty(), runner::describe);
      assertTrue(lines.get(lines.size() - 1).endsWith(", 0 unaccounted for"), runner::describe);
    }
  }

  private void endsWell(Child child) throws InterruptedException {
    assertTrue(child.endsWithin(LONGEST_MILLIS), child::describe);
    assertEquals(0, child.exitStatus(), child::describe);
    oracle.heard(child.lines());
  }

  private Child submit(Consumer<String> eachLine) throws IOException {
    return start(eachLine, "submit", inputs.stream().map(Path::toString).toList());
  }

  private Child run(Consumer<String> eachLine, String... more) throws IOException {
    List<String> options = new ArrayList<>(List.of("--lease", "1"));
    options.addAll(List.of(more));
    return start(eachLine, "run", options);
  }

  private Child start(Consumer<String> eachLine, String command, List<String> arguments)
      throws IOException {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(backend.options());
    all.addAll(arguments);
    return Child.start(errors, eachLine, all, backend.environment());
  }

  @Override
  public String toString() {
    return "%d killed, %s".formatted(killed, oracle);
  }
}
