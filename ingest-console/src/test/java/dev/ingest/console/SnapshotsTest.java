package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One reading is shared, is as old as it may be at most, and is waited for no longer than that. */
@Timeout(30)
final class SnapshotsTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(20);

  private final AtomicLong time = new AtomicLong();
  private final AtomicInteger readings = new AtomicInteger();

  private Snapshot read() {
    return Snapshot.unknown(readings.incrementAndGet(), "a test");
  }

  @Test
  void withinAnInterval_everybodyGetsTheSame() {
    try (Snapshots snapshots = new Snapshots(this::read, SECOND, LONG, time::get)) {
      Snapshot first = snapshots.latest();
      time.addAndGet(SECOND.toNanos() - 1);
      assertSame(first, snapshots.latest());
      time.addAndGet(1);
      assertEquals(2, snapshots.latest().ordinal());
    }
  }

  @Test
  void withoutAnybodyWhoLooks_nothingIsRead() {
    try (Snapshots snapshots = new Snapshots(this::read, SECOND, LONG, time::get)) {
      assertEquals(0, readings.get());
      snapshots.latest();
      time.addAndGet(Duration.ofHours(5).toNanos());
      assertEquals(1, readings.get());
    }
  }

  @Test
  void aReadingThatHangs_isUnknownToAllAndHoldsOneThread() {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    try (Snapshots snapshots =
        new Snapshots(
            () -> {
              readings.incrementAndGet();
              begun.countDown();
              await(release);
              return Snapshot.unknown(7, "late");
            },
            SECOND,
            Duration.ofMillis(20),
            time::get)) {
      for (int i = 0; i < 5; i++) {
        Snapshot snapshot = snapshots.latest();
        assertInstanceOf(Part.Unknown.class, snapshot.counted().accounts());
        assertEquals(0, snapshot.ordinal());
        time.addAndGet(SECOND.toNanos());
      }
      await(begun);
      assertEquals(1, readings.get());
      release.countDown();
    }
  }

  @Test
  void aReadingThatTakesLongerThanTheInterval_isShownForOneAllTheSame() {
    try (Snapshots snapshots =
        new Snapshots(
            () -> {
              time.addAndGet(11 * SECOND.toNanos());
              return read();
            },
            SECOND,
            LONG,
            time::get)) {
      Snapshot first = snapshots.latest();
      time.addAndGet(SECOND.toNanos() - 1);
      assertSame(first, snapshots.latest());
      time.addAndGet(1);
      assertEquals(2, snapshots.latest().ordinal());
    }
  }

  @Test
  void aReadingThatThrows_isNotKept() {
    try (Snapshots snapshots =
        new Snapshots(
            () -> {
              if (readings.incrementAndGet() == 1) {
                throw new IllegalStateException("a defect");
              }
              return Snapshot.unknown(2, "a test");
            },
            SECOND,
            LONG,
            time::get)) {
      assertThrows(IllegalStateException.class, snapshots::latest);
      time.addAndGet(SECOND.toNanos());
      assertEquals(2, snapshots.latest().ordinal());
    }
  }

  @Test
  void tooManyQuestions_areRefusedAtOnce() {
    CountDownLatch release = new CountDownLatch(1);
    try (LedgerThreads threads = new LedgerThreads("test", 2, Duration.ofMillis(20))) {
      List<Future<Integer>> waiting = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        waiting.add(
            threads.begin(
                "a question",
                () -> {
                  await(release);
                  return 1;
                }));
      }
      String full =
          assertThrows(NoAnswerException.class, () -> threads.ask("a question", () -> 1))
              .getMessage();
      assertTrue(String.valueOf(full).contains("4 questions wait"), full);
      String late =
          assertThrows(NoAnswerException.class, () -> threads.await("a question", waiting.get(0)))
              .getMessage();
      assertTrue(String.valueOf(late).contains("has not answered within"), late);
      assertFalse(waiting.get(0).isDone());
      release.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
