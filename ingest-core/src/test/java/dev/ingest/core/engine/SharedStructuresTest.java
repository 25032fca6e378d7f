package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Transition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What threads share and whose race would lose or double something, under many schedules of two or
 * three threads. The bug bank takes their locks away, one at a time.
 */
@Tag("programme")
final class SharedStructuresTest {

  @Test
  void structureWithoutALock_isFound() {
    assertThrows(
        LincheckAssertionError.class,
        () ->
            Schedules.explore(
                60,
                () -> {
                  int[] count = new int[1];
                  Schedules.together(() -> count[0]++, () -> count[0]++);
                  assertEquals(2, count[0]);
                }));
  }

  @Test
  void groupCommit_commitsAndAnswersEachOnce() {
    SmallLedger ledger = new SmallLedger();
    List<Transition> transitions = new CommitBench().acceptances(2);
    Schedules.explore(
        12,
        () -> {
          ledger.reset();
          OneDrain commits = new OneDrain();
          GroupCommit group = group(ledger, commits);
          List<Queue<Outcome>> told = List.of(newQueue(), newQueue());
          Schedules.together(
              () -> group.submit(transitions.get(0), Optional.empty(), told.get(0)::add),
              () -> group.submit(transitions.get(1), Optional.empty(), told.get(1)::add));
          group.close(Duration.ofSeconds(1));
          commits.threads.join();
          assertEquals(List.of(Outcome.APPLIED), List.copyOf(told.get(0)));
          assertEquals(List.of(Outcome.APPLIED), List.copyOf(told.get(1)));
          assertEquals(2, ledger.committed.size());
          assertTrue(ledger.committed.containsAll(transitions));
        });
  }

  @Test
  void groupCommitThatEnds_answersByWhatItCommitted() {
    SmallLedger ledger = new SmallLedger();
    Transition transition = new CommitBench().acceptance();
    Schedules.explore(
        6,
        () -> {
          ledger.reset();
          OneDrain commits = new OneDrain();
          GroupCommit group = group(ledger, commits);
          Queue<Outcome> told = newQueue();
          Schedules.together(
              () -> group.submit(transition, Optional.empty(), told::add),
              () -> group.close(Duration.ofSeconds(1)));
          commits.threads.join();
          assertEquals(1, told.size());
          assertEquals(told.element().isApplied() ? 1 : 0, ledger.committed.size());
        });
  }

  private static GroupCommit group(SmallLedger ledger, Seams.Commits commits) {
    return new GroupCommit(ledger.node(commits), new Supervisor(EngineListener.NONE));
  }

  @Test
  void leasesGivenUp_areHandedBackOnce() {
    SmallLedger ledger = new SmallLedger();
    Held one = new Held(key("a"), token(1));
    Held other = new Held(key("b"), token(2));
    Schedules.explore(
        30,
        () -> {
          ledger.reset();
          HeldLeases leases = new HeldLeases(ledger.node(Seams.Commits.INLINE));
          leases.giveUp(leases.hold(one.key(), one.token(), 0));
          Schedules.together(
              () -> {
                leases.giveUp(leases.hold(other.key(), other.token(), 0));
                leases.handBack();
              },
              leases::handBack);
          leases.handBack();
          assertEquals(2, ledger.handedBack.size());
          assertTrue(ledger.handedBack.containsAll(List.of(one, other)));
          assertEquals(0, leases.size());
        });
  }

  @Test
  void leaseClaimedAnew_isTheOneThatIsHeld() {
    SmallLedger ledger = new SmallLedger();
    Held old = new Held(key("a"), token(1));
    Held anew = new Held(key("a"), token(2));
    Schedules.explore(
        60,
        () -> {
          ledger.reset();
          ledger.isOut = true;
          HeldLeases leases = new HeldLeases(ledger.node(Seams.Commits.INLINE));
          HeldLeases.Grip before = leases.hold(old.key(), old.token(), 0);
          Schedules.together(
              () ->
                  assertThrows(
                      OutcomeUnknownException.class,
                      () -> leases.leave(before, Duration.ofMinutes(1))),
              () -> leases.hold(anew.key(), anew.token(), 0));
          assertTrue(before.isLost());
          ledger.isOut = false;
          leases.tick();
          assertEquals(List.of(anew), List.copyOf(ledger.renewed));
        });
  }

  @Test
  void workSideBySide_isDoneOnceAndBeforeTheReturn() {
    Schedules.explore(
        60,
        () -> {
          Queue<Integer> left = new ConcurrentLinkedQueue<>(List.of(1, 2, 3));
          Queue<Integer> done = newQueue();
          AtomicBoolean isOver = new AtomicBoolean();
          AtomicBoolean isLate = new AtomicBoolean();
          Schedules.Threads threads = new Schedules.Threads();
          SideBySide.run(
              2,
              threads,
              failure -> {},
              () -> {
                if (isOver.get()) {
                  isLate.set(true);
                }
                for (Integer one = left.poll(); one != null; one = left.poll()) {
                  done.add(one);
                }
              });
          isOver.set(true);
          assertEquals(3, done.size());
          assertEquals(List.of(1, 2, 3), done.stream().sorted().toList());
          threads.join();
          assertFalse(isLate.get(), "a thread began after the return");
        });
  }

  @Test
  void failureSideBySide_isThrownWithTheOthers() {
    Schedules.explore(
        60,
        () -> {
          AtomicInteger thrown = new AtomicInteger();
          Schedules.Threads threads = new Schedules.Threads();
          IllegalStateException caught =
              assertThrows(
                  IllegalStateException.class,
                  () ->
                      SideBySide.run(
                          2,
                          threads,
                          failure -> {},
                          () -> {
                            thrown.incrementAndGet();
                            throw new IllegalStateException("broken");
                          }));
          threads.join();
          assertEquals(thrown.get(), 1 + caught.getSuppressed().length);
        });
  }

  private static <T> Queue<T> newQueue() {
    return new ConcurrentLinkedQueue<>();
  }

  private static SequenceKey key(String id) {
    return SequenceKey.of("owner", id);
  }

  private static LeaseToken token(long fence) {
    return new LeaseToken(IncarnationId.ofBits(7, 7), fence);
  }

  /** Drains on threads of their own, one after the other. */
  private static final class OneDrain implements Seams.Commits {

    private final Object turn = new Object();
    final Schedules.Threads threads = new Schedules.Threads();

    @Override
    public void execute(Runnable drain) {
      threads.execute(
          () -> {
            synchronized (turn) {
              drain.run();
            }
          });
    }

    @Override
    public void later(Duration delay, Runnable drain) {
      throw new IllegalStateException("nothing stays unknown here");
    }

    @Override
    public void await(CompletableFuture<?> event) {
      event.join();
    }

    @Override
    public void await(CompletableFuture<?> event, Duration longest) {
      event.join();
    }
  }
}
