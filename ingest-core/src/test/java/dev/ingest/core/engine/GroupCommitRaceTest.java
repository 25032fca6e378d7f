package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.EngineListener;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Threads that submit to one group commit at the same moment, and one that ends it, many times
 * over. Real threads reach what a model checker does not within the schedules that it can afford of
 * code this long. What they find they find by chance; the bug bank keeps those that each of its
 * runs has found so far.
 */
@Tag("programme")
final class GroupCommitRaceTest {

  private static final int ROUNDS = Integer.getInteger("ingest.races", 400);
  private static final int SUBMITTERS = 4;
  private static final int EACH = 50;

  /** So few that there is no room for all of them, and submitters wait for it. */
  private static final int MAX_BATCH = 8;

  private static final Duration LONGEST = Duration.ofSeconds(30);

  /** Shorter than it takes to wake whoever ends the group commit, and longer. */
  private static final List<Duration> COMMITS =
      List.of(Duration.ofNanos(10_000), Duration.ofNanos(150_000));

  /** The shortest that there is: so the queue runs empty between two submissions. */
  private static final Duration PAUSE = Duration.ofNanos(1);

  private final ExecutorService threads = Executors.newFixedThreadPool(SUBMITTERS + 1);
  private final SmallLedger ledger = new SmallLedger(MAX_BATCH);
  private final List<Transition> transitions = new CommitBench().acceptances(SUBMITTERS * EACH);
  private Duration pause = Duration.ZERO;

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void submittersSideBySide_areEachCommittedAndToldOnce() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Round one = new Round();
      try (CommitThread commits = new CommitThread()) {
        one.submitAll(group(commits), group -> {});
      }
      one.requireConsistent();
      assertEquals(transitions.size(), ledger.committed.size(), "some were never committed");
    }
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void endAmongThem_committedExactlyWhatItToldAsApplied() throws Exception {
    pause = PAUSE;
    for (int round = 0; round < ROUNDS; round++) {
      Duration commit = COMMITS.get(round % COMMITS.size());
      ledger.atCommit = () -> spin(commit);
      Round one = new Round();
      try (CommitThread commits = new CommitThread()) {
        int before = round * 37 % transitions.size();
        one.submitAll(
            group(commits),
            group -> {
              while (one.submitted.get() < before) {
                Thread.onSpinWait();
              }
              group.close(LONGEST);
            });
      }
      one.requireConsistent();
    }
  }

  private static void spin(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  private GroupCommit group(Seams.Commits commits) {
    return new GroupCommit(ledger.node(commits), new Supervisor(EngineListener.NONE));
  }

  private interface Beside {

    void act(GroupCommit group);
  }

  /** What was told of each transition, with the ledger emptied before. */
  private final class Round {

    private final List<Queue<Outcome>> told = new ArrayList<>();
    private final AtomicInteger submitted = new AtomicInteger();

    Round() {
      ledger.reset();
      transitions.forEach(transition -> told.add(new ConcurrentLinkedQueue<>()));
    }

    void submitAll(GroupCommit group, Beside beside) throws Exception {
      CyclicBarrier start = new CyclicBarrier(SUBMITTERS + 1);
      List<Future<?>> running = new ArrayList<>();
      for (int submitter = 0; submitter < SUBMITTERS; submitter++) {
        int first = submitter * EACH;
        running.add(
            threads.submit(
                () -> {
                  start.await();
                  for (int i = first; i < first + EACH; i++) {
                    submitted.incrementAndGet();
                    group.submit(transitions.get(i), Optional.empty(), told.get(i)::add);
                    LockSupport.parkNanos(pause.toNanos());
                  }
                  return null;
                }));
      }
      running.add(
          threads.submit(
              () -> {
                start.await();
                beside.act(group);
                return null;
              }));
      for (Future<?> one : running) {
        ended(one);
      }
      group.close(LONGEST);
    }

    private void ended(Future<?> submitter) throws Exception {
      try {
        submitter.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw new AssertionError(
            "there is no room any more, so some were never committed: of "
                + submitted
                + " submitted "
                + ledger.committed.size()
                + " are",
            e);
      }
    }

    /** Told exactly once, and applied if and only if the ledger has it, once. */
    void requireConsistent() {
      Map<Transition, Integer> committed = new HashMap<>();
      ledger.committed.forEach(transition -> committed.merge(transition, 1, Integer::sum));
      for (int i = 0; i < transitions.size(); i++) {
        Transition transition = transitions.get(i);
        List<Outcome> outcomes = List.copyOf(told.get(i));
        assertEquals(1, outcomes.size(), () -> transition.key() + " was told " + outcomes);
        assertEquals(
            outcomes.get(0).isApplied() ? 1 : 0,
            committed.getOrDefault(transition, 0),
            () -> "commits of " + transition.key() + ", which was told " + outcomes);
      }
    }
  }
}
