package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Questions that are answered, that throw, and that never come back. */
@Timeout(60)
final class QuestionThreadsTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final QuestionThreads threads = new QuestionThreads(2);

  @Test
  void answer_comesFromAThreadOfItsOwn() throws Exception {
    String name = threads.ask("a", LONG, () -> Thread.currentThread().getName());
    assertTrue(name.startsWith("ingest-question-"), name);
  }

  @Test
  void errorOfTheQuestion_isThrownAsItIs() {
    IOException error = new IOException("down");
    assertEquals(
        error,
        assertThrows(
            IOException.class,
            () ->
                threads.ask(
                    "a",
                    LONG,
                    () -> {
                      throw error;
                    })));
    assertThrows(
        StackOverflowError.class,
        () ->
            threads.ask(
                "a",
                LONG,
                () -> {
                  throw new StackOverflowError();
                }));
  }

  @Test
  void interruptOfTheQuestion_isNoneOfTheCaller() {
    assertThrows(
        IllegalStateException.class,
        () ->
            threads.ask(
                "a",
                LONG,
                () -> {
                  throw new InterruptedException();
                }));
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void questionWithoutAnAnswer_isInterruptedAndItsThreadComesBack() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    assertThrows(
        TimeoutException.class,
        () ->
            threads.ask(
                "a",
                SHORT,
                () -> {
                  try {
                    return new CountDownLatch(1).await(1, TimeUnit.HOURS);
                  } finally {
                    interrupted.countDown();
                  }
                }));
    assertTrue(interrupted.await(30, TimeUnit.SECONDS));
  }

  @Test
  void questionsThatNeverReturn_areBoundedAndHoldUpNobodyElse() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try {
      for (int i = 0; i < 2; i++) {
        assertThrows(TimeoutException.class, () -> threads.ask("a", SHORT, () -> deaf(end)));
      }
      TimeoutException refused =
          assertThrows(
              TimeoutException.class,
              () ->
                  threads.ask(
                      "a",
                      LONG,
                      () -> {
                        throw new AssertionError("no thread is left for it");
                      }));
      assertTrue(String.valueOf(refused.getMessage()).contains("2 earlier questions"));
      assertEquals(7, threads.ask("b", LONG, () -> 7));
    } finally {
      end.countDown();
    }
    assertEquals(8, eventually(() -> threads.ask("a", LONG, () -> 8)));
  }

  @Test
  void questionWhoseThreadComesTooLate_isNotAskedAndLosesNoRoom() throws Exception {
    Deque<Runnable> late = new ArrayDeque<>();
    QuestionThreads slow = new QuestionThreads(2, late::add);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 2; i++) {
        assertThrows(TimeoutException.class, () -> slow.ask("a", SHORT, this::never));
      }
      TimeoutException refused =
          assertThrows(TimeoutException.class, () -> slow.ask("a", SHORT, this::never));
      assertTrue(String.valueOf(refused.getMessage()).contains("2 earlier questions"));
      assertEquals(2, late.size(), "room for two, in each round");
      late.forEach(Runnable::run);
      late.clear();
    }
  }

  @Test
  void questionThatNoThreadTakes_losesNoRoom() throws Exception {
    int[] left = {2};
    QuestionThreads refusing =
        new QuestionThreads(
            1,
            body -> {
              if (left[0]-- > 0) {
                throw new OutOfMemoryError("no thread");
              }
              body.run();
            });
    assertThrows(OutOfMemoryError.class, () -> refusing.ask("a", LONG, this::never));
    assertThrows(OutOfMemoryError.class, () -> refusing.ask("a", LONG, this::never));
    assertEquals(9, refusing.ask("a", LONG, () -> 9));
  }

  @Test
  void placeForOneQuestion_isFreeAsSoonAsItIsAnswered() throws Exception {
    QuestionThreads one = new QuestionThreads(1);
    for (int i = 0; i < 20_000; i++) {
      int number = i;
      assertEquals(number, one.ask("a", LONG, () -> number));
    }
  }

  private int never() {
    throw new AssertionError("nobody waits for it any more");
  }

  private static int deaf(CountDownLatch end) {
    while (true) {
      try {
        if (end.await(30, TimeUnit.SECONDS)) {
          return 1;
        }
      } catch (InterruptedException e) {
        // Like a driver that waits for a socket, it does not care.
        assertFalse(Thread.currentThread().isInterrupted());
      }
    }
  }

  private static int eventually(java.util.concurrent.Callable<Integer> question) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      try {
        return question.call();
      } catch (TimeoutException e) {
        assertTrue(System.nanoTime() < end, "a thread comes back");
        Thread.onSpinWait();
      }
    }
  }
}
