package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waits for many that are over at one moment. */
@Timeout(60)
final class LimitedWaitTest {

  private final CountDownLatch over = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  @AfterEach
  void end() {
    over.countDown();
  }

  /** One after the other they would take twenty seconds. */
  @Test
  void threadsThatHang_areWaitedForTogether() {
    for (int i = 0; i < 40; i++) {
      begin();
    }
    long begun = System.nanoTime();
    assertFalse(new LimitedWait(Duration.ofMillis(500)).end(threads));
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    assertTrue(took.compareTo(Duration.ofMillis(500)) >= 0, took::toString);
    assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, took::toString);
  }

  @Test
  void threadThatWaits_isNotWaitedForByItself() {
    begin();
    threads.add(0, Thread.currentThread());
    over.countDown();
    long begun = System.nanoTime();
    assertFalse(new LimitedWait(Duration.ofSeconds(40)).end(threads));
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    assertTrue(took.compareTo(Duration.ofSeconds(20)) < 0, took::toString);
    assertFalse(threads.get(1).isAlive());
  }

  @Test
  void interrupt_isToldAndCutsNothingShort() {
    begin();
    Thread waiting = Thread.currentThread();
    Thread ending =
        new Thread(
            () -> {
              waiting.interrupt();
              while (waiting.isInterrupted()) {
                Thread.onSpinWait();
              }
              over.countDown();
            });
    LimitedWait wait = new LimitedWait(Duration.ofSeconds(40));
    threads.add(ending);
    ending.start();
    assertTrue(wait.end(threads));
    assertFalse(threads.stream().anyMatch(Thread::isAlive));
    assertFalse(Thread.currentThread().isInterrupted());
  }

  private void begin() {
    Thread thread =
        new Thread(
            () -> {
              try {
                over.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }

  @Test
  void waitWithoutALimit_waitsForWhatComes() {
    Duration forever = ChronoUnit.FOREVER.getDuration();
    boolean[] hasCome = {false};
    assertFalse(
        new LimitedWait(forever)
            .until(
                nanos -> {
                  boolean came = hasCome[0];
                  hasCome[0] = true;
                  return came;
                }));
    assertTrue(hasCome[0]);
    new LimitedWait(forever.negated()).until(nanos -> fail("it was over at once"));
  }
}
