package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LeaseToken;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
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
  void whatIsClosedBesideACall_isReleasedOnceAndNotUnderIt() {
    Schedules.explore(
        1_000,
        () -> {
          OneAtATime calls = new OneAtATime();
          int[] inside = new int[1];
          int[] released = new int[1];
          int[] disturbed = new int[1];
          Schedules.together(
              () -> {
                if (calls.begin()) {
                  inside[0] = 1;
                  disturbed[0] += released[0];
                  inside[0] = 0;
                  if (calls.leave()) {
                    released[0]++;
                  }
                }
              },
              () -> {
                if (calls.end()) {
                  disturbed[0] += inside[0];
                  released[0]++;
                }
              });
          assertEquals(0, disturbed[0]);
          assertEquals(1, released[0]);
          assertFalse(calls.begin());
          assertFalse(calls.end());
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
}
