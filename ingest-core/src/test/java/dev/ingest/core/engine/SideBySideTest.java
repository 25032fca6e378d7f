package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One body on several threads: all of them end, and nothing that one throws is lost. */
@Timeout(60)
final class SideBySideTest {

  private final ExecutorService pool = Executors.newFixedThreadPool(3);
  private final List<Throwable> failed = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void endPool() throws InterruptedException {
    pool.shutdownNow();
    assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS), "no thread is left");
  }

  @Test
  void executorThatRunsOnTheSpot_doesAllInTheOrderOfOne() {
    Queue<Integer> left = new ArrayDeque<>(List.of(1, 2, 3, 4));
    List<Integer> done = new ArrayList<>();
    SideBySide.run(
        3,
        Runnable::run,
        failed::add,
        () -> {
          for (Integer one = left.poll(); one != null; one = left.poll()) {
            done.add(one);
          }
        });
    assertEquals(List.of(1, 2, 3, 4), done);
  }

  @Test
  void asManyThreadsAsAreWanted_runAtTheSameTime() {
    CyclicBarrier all = new CyclicBarrier(4);
    AtomicInteger ran = new AtomicInteger();
    SideBySide.run(
        4,
        pool,
        failed::add,
        () -> {
          meet(all);
          ran.incrementAndGet();
        });
    assertEquals(4, ran.get());
  }

  @Test
  void executorThatRefuses_leavesItToTheCaller() {
    AtomicInteger ran = new AtomicInteger();
    SideBySide.run(
        4,
        task -> {
          throw new RejectedExecutionException("no thread is free");
        },
        failed::add,
        ran::incrementAndGet);
    assertEquals(1, ran.get());
  }

  @Test
  void executorThatCanMakeNoThread_leavesItToTheCaller() {
    AtomicInteger ran = new AtomicInteger();
    SideBySide.run(
        4,
        task -> {
          throw new OutOfMemoryError("unable to create native thread");
        },
        failed::add,
        ran::incrementAndGet);
    assertEquals(1, ran.get());
    assertEquals(List.of(), failed);
  }

  @Test
  void threadThatComesWhenAllIsDone_doesNothing() {
    Queue<Runnable> later = new ArrayDeque<>();
    AtomicInteger ran = new AtomicInteger();
    SideBySide.run(3, later::add, failed::add, ran::incrementAndGet);
    assertEquals(2, later.size());
    later.forEach(pool::execute);
    pool.shutdown();
    assertEquals(1, ran.get());
  }

  @Test
  void whatTwoThrow_isThrownWithTheOtherSuppressed() {
    CyclicBarrier both = new CyclicBarrier(2);
    Thread caller = Thread.currentThread();
    IllegalStateException here = new IllegalStateException("here");
    Error there = new Error("there");
    Throwable thrown =
        assertThrows(
            Throwable.class,
            () ->
                SideBySide.run(
                    2,
                    pool,
                    failed::add,
                    () -> {
                      meet(both);
                      if (Thread.currentThread().equals(caller)) {
                        throw here;
                      }
                      throw there;
                    }));
    assertEquals(2, failed.size());
    assertSame(thrown == here ? there : here, thrown.getSuppressed()[0]);
  }

  /** The others end because of the failure, which is no failure of theirs. */
  @Test
  void othersThatEndBecauseOfIt_areNotSuppressedInIt() {
    CyclicBarrier both = new CyclicBarrier(2);
    CountDownLatch told = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    IllegalStateException failure = new IllegalStateException("planted");
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                SideBySide.run(
                    2,
                    pool,
                    cause -> told.countDown(),
                    () -> {
                      meet(both);
                      if (Thread.currentThread().equals(caller)) {
                        await(told);
                        throw new AuditEndedException(failure);
                      }
                      throw failure;
                    }));
    assertSame(failure, thrown);
    assertEquals(0, thrown.getSuppressed().length);
  }

  @Test
  void failure_isThrownWhenTheOthersHaveEnded() {
    CyclicBarrier both = new CyclicBarrier(2);
    CountDownLatch told = new CountDownLatch(1);
    AtomicBoolean hasEnded = new AtomicBoolean();
    Thread caller = Thread.currentThread();
    assertThrows(
        IllegalStateException.class,
        () ->
            SideBySide.run(
                2,
                pool,
                cause -> told.countDown(),
                () -> {
                  meet(both);
                  if (Thread.currentThread().equals(caller)) {
                    throw new IllegalStateException("planted");
                  }
                  await(told);
                  hasEnded.set(true);
                }));
    assertTrue(hasEnded.get());
  }

  @Test
  void failureOfAnExecutorThatRunsOnTheSpot_endsItBeforeTheNextBegins() {
    AtomicInteger ran = new AtomicInteger();
    assertThrows(
        IllegalStateException.class,
        () ->
            SideBySide.run(
                4,
                Runnable::run,
                failed::add,
                () -> {
                  ran.incrementAndGet();
                  throw new IllegalStateException("planted");
                }));
    assertEquals(1, ran.get());
  }

  @Test
  void interruptOfTheCaller_reachesTheOthersAndStaysWithTheCallerAlone() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    AtomicBoolean reached = new AtomicBoolean();
    Thread caller = Thread.currentThread();
    SideBySide.run(
        2,
        pool,
        failed::add,
        () -> {
          meet(both);
          if (Thread.currentThread().equals(caller)) {
            caller.interrupt();
          } else {
            reached.set(isInterruptedSoon());
            Thread.currentThread().interrupt();
          }
        });
    assertTrue(Thread.interrupted(), "the caller's own");
    assertTrue(reached.get());
    for (int i = 0; i < 3; i++) {
      assertFalse(pool.submit(() -> Thread.currentThread().isInterrupted()).get());
    }
  }

  private static boolean isInterruptedSoon() {
    try {
      return new CountDownLatch(1).await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("the others did not come", e);
    }
  }
}
