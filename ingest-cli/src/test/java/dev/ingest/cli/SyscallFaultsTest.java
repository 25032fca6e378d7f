package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ingest.cli.Strace.Calls;
import dev.ingest.cli.Strace.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The quick start's two commands in real processes whose system calls fail: at the n-th sync, write
 * or change of a name of a thread the disk answers with an error, is full, or the process dies,
 * once or from then on. Then the commands run undisturbed, and everything that was promised must be
 * there, once ({@link Oracle}).
 *
 * <p>{@code -Dingest.syscalls.runs=N} makes so many that strike at random, {@code
 * -Dingest.syscalls.seed=N} repeats those of a run that printed {@code seed N}, {@code
 * -Dingest.syscalls.runs=all} makes each of them, for every n that is reached, four side by side;
 * {@code -Dingest.syscalls.of=TEXT} those alone whose first case has the text, such as {@code
 * of-run} or {@code KILL-of-submit-at-WRITE}.
 */
@Tag("programme")
class SyscallFaultsTest {

  private static final String RUNS = System.getProperty("ingest.syscalls.runs", "2");
  private static final long SEED =
      Long.getLong("ingest.syscalls.seed", new SecureRandom().nextInt(1 << 30));
  private static final String OF = System.getProperty("ingest.syscalls.of", "");
  private static final int LIKELY = 12;

  /** Most of a run is waiting, for processes to start and for a disk that never gets better. */
  private static final int ABREAST = 4;

  private static final long PATIENCE_MILLIS = 15_000;
  private static final long LOOK_MILLIS = 500;
  private static final int MOST_LOOKS = 360;

  @TempDir private Path temp;

  private final Map<String, Integer> struck = new ConcurrentSkipListMap<>();
  private final AtomicInteger runs = new AtomicInteger();
  private List<Path> inputs = List.of();

  /** Which command is disturbed, and how. */
  private record Case(boolean isSubmit, Calls calls, Fault fault, int nth, boolean isLasting) {
    Case at(int other) {
      return new Case(isSubmit, calls, fault, other, isLasting);
    }

    @Override
    public String toString() {
      return "%s of %s at %s %d of each thread%s"
          .formatted(
              fault, isSubmit ? "submit" : "run", calls, nth, isLasting ? " and all after it" : "");
    }
  }

  @BeforeEach
  void prepare() throws IOException {
    List<Path> made = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Path input = Files.createDirectories(temp.resolve("in").resolve("seq-%03d".formatted(i)));
      Files.writeString(input.resolve("a.txt"), "sequence " + i);
      Files.writeString(input.resolve("b.txt"), "more of sequence " + i);
      made.add(input);
    }
    inputs = made;
  }

  @Test
  void callsThatFail_loseNothingAndPublishNothingTwice() throws Exception {
    Optional<Strace> strace = Strace.find();
    assumeTrue(strace.isPresent(), "SKIPPED: no strace on the PATH, or it may not look here");
    System.out.println("failing calls: seed " + SEED + ", runs " + RUNS);
    if (RUNS.equals("all")) {
      all(strace.get());
    } else {
      some(strace.get(), Integer.parseInt(RUNS));
    }
    System.out.println("failing calls: " + runs + " runs, struck " + struck);
    assertTrue(!struck.isEmpty(), "no fault has struck");
  }

  /** A fault that comes after the last call of its kind comes earlier, until it strikes. */
  private void some(Strace strace, int count) throws Exception {
    Random random = new Random(SEED);
    List<Case> cases = first();
    for (int i = 0; i < count; i++) {
      Case one = any(random, cases).at(1 + random.nextInt(LIKELY));
      while (!run(strace, one)) {
        Case tried = one;
        assertTrue(one.nth() > 1, () -> "seed " + SEED + ": not one call of " + tried);
        one = one.at(one.nth() / 2);
      }
    }
  }

  private static <T> T any(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** The first case of each series. */
  private static List<Case> first() {
    List<Case> first = new ArrayList<>();
    for (boolean isSubmit : new boolean[] {true, false}) {
      for (Calls calls : Calls.values()) {
        for (Fault fault : Fault.values()) {
          first.add(new Case(isSubmit, calls, fault, 1, false));
          first.add(new Case(isSubmit, calls, fault, 1, true));
        }
      }
    }
    first.removeIf(one -> !one.toString().replace(' ', '-').contains(OF));
    return first;
  }

  private void all(Strace strace) throws Exception {
    List<Callable<Void>> series = new ArrayList<>();
    first().forEach(one -> series.add(() -> each(strace, one)));
    ExecutorService sideBySide = Executors.newFixedThreadPool(ABREAST);
    try {
      for (Future<Void> one : sideBySide.invokeAll(series)) {
        one.get();
      }
    } finally {
      sideBySide.shutdownNow();
    }
  }

  /** Every n, until none is reached. */
  private @Nullable Void each(Strace strace, Case first) throws Exception {
    Case next = first;
    try {
      while (run(strace, next)) {
        next = next.at(next.nth() + 1);
      }
    } catch (AssertionError e) {
      System.out.println("failing calls: BROKEN " + e.getMessage());
      throw e;
    }
    System.out.println("failing calls: all before the " + next);
    return null;
  }

  /** Tells whether the fault struck. */
  private boolean run(Strace strace, Case one) throws Exception {
    Path home = Files.createDirectory(temp.resolve("home-" + runs.incrementAndGet()));
    Oracle oracle = new Oracle(new Backend.Files(new Cli(home)), inputs);
    boolean hasStruck;
    try {
      if (one.isSubmit()) {
        hasStruck = disturbed(strace, one, oracle, home, submit(home));
        undisturbed(oracle, home, runUntilIdle(home));
      } else {
        undisturbed(oracle, home, submit(home));
        hasStruck = disturbed(strace, one, oracle, home, runUntilIdle(home));
      }
      List<String> last = undisturbed(oracle, home, runUntilIdle(home));
      assertTrue(last.get(last.size() - 1).endsWith(", 0 unaccounted for"), last::toString);
      oracle.judge();
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + SEED + ", " + one + ": " + e.getMessage(), e);
    }
    if (hasStruck) {
      struck.merge(one.fault() + " at " + one.calls(), 1, Integer::sum);
    }
    KillLoopTest.delete(home);
    return hasStruck;
  }

  /**
   * Runs a command to its end or, once the fault has struck, until it has had enough time to fail
   * for ever, and tells whether it has. On a slow machine it may take long until it strikes.
   */
  private static boolean disturbed(
      Strace strace, Case one, Oracle oracle, Path home, List<String> command)
      throws IOException, InterruptedException {
    Path log = home.resolveSibling(home.getFileName() + ".calls");
    List<String> before = strace.before(one.calls(), one.fault(), one.nth(), one.isLasting(), log);
    try (Child child = Child.startUnder(before, errors(home), command)) {
      boolean hasEnded = false;
      boolean hasStruck = false;
      for (int i = 0; i < MOST_LOOKS && !hasEnded && !hasStruck; i++) {
        hasEnded = child.endsWithin(LOOK_MILLIS);
        hasStruck = Strace.hasStruck(one.fault(), log);
      }
      if (hasEnded || child.endsWithin(PATIENCE_MILLIS)) {
        child.exitStatus();
        hasStruck = Strace.hasStruck(one.fault(), log);
      } else {
        assertTrue(hasStruck, () -> "neither struck nor ended; " + child.describe());
        child.kill();
      }
      oracle.heard(child.lines());
      return hasStruck;
    }
  }

  private static List<String> undisturbed(Oracle oracle, Path home, List<String> command)
      throws IOException, InterruptedException {
    try (Child child = Child.start(errors(home), line -> {}, command)) {
      assertEquals(0, child.exitStatus(), child::describe);
      oracle.heard(child.lines());
      return child.lines();
    }
  }

  private static Path errors(Path home) {
    return home.resolveSibling(home.getFileName() + ".err");
  }

  private List<String> submit(Path home) {
    List<String> submit = new ArrayList<>(List.of("submit", "--home", home.toString()));
    inputs.forEach(path -> submit.add(path.toString()));
    return submit;
  }

  private static List<String> runUntilIdle(Path home) {
    return List.of("run", "--home", home.toString(), "--lease", "1", "--until-idle");
  }
}
