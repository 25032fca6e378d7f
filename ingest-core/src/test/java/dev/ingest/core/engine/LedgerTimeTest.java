package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.IntakeLimits;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How close to the ledger's time an estimate stays, and on which side of it. */
final class LedgerTimeTest {

  private static final long MILLI = 1_000_000;

  private final ManualTime ledgerClock = new ManualTime(Bench.START);
  private final ManualTime nodeClock = new ManualTime(Bench.START.plusSeconds(3_600));
  private final AtomicLong elapsed = new AtomicLong(77);
  private final CountedLedger ledger =
      new CountedLedger(new InMemoryLedger(ledgerClock, IncarnationId.ofBits(1, 1)));
  private final LedgerTime time = new LedgerTime(node());

  @Test
  void estimate_isAskedOnceAndThenCounted() {
    assertEquals(Bench.START, time.estimate());
    pass(400, 400);
    // A thousandth is taken off, and what is left is cut to milliseconds.
    assertEquals(Bench.START.plusMillis(399), time.estimate());
    assertEquals(1, ledger.timesAsked.get());
  }

  @Test
  void answer_countsForASecond() {
    time.estimate();
    pass(1_000, 1_000);
    time.estimate();
    assertEquals(1, ledger.timesAsked.get());
    pass(1, 1);
    assertEquals(ledgerClock.instant(), time.estimate());
    assertEquals(2, ledger.timesAsked.get());
  }

  @Test
  void nodeWhoseTimeRunsFast_isNotAheadOfTheLedger() {
    time.estimate();
    for (int i = 0; i < 3_000; i++) {
      ledgerClock.advance(Duration.ofMillis(10));
      nodeClock.advance(Duration.ofNanos(10_005_000));
      elapsed.addAndGet(10_005_000);
      Instant estimate = time.estimate();
      assertFalse(estimate.isAfter(ledgerClock.instant()), estimate + " after " + ledgerClock);
      Duration behind = Duration.between(estimate, ledgerClock.instant());
      assertTrue(behind.toMillis() <= 3, () -> "behind by " + behind);
    }
    assertTrue(ledger.timesAsked.get() <= 31, () -> "asked " + ledger.timesAsked);
  }

  @Test
  void machineThatStoodStill_isNoticed() {
    time.estimate();
    ledgerClock.advance(Duration.ofMinutes(10));
    nodeClock.advance(Duration.ofMinutes(10));
    assertEquals(ledgerClock.instant(), time.estimate(), "though no time seems to have passed");
  }

  @Test
  void nodeWhoseClockIsSet_asksAgain() {
    time.estimate();
    nodeClock.advance(Duration.ofDays(-60));
    assertEquals(ledgerClock.instant(), time.estimate());
    assertEquals(2, ledger.timesAsked.get());
  }

  @Test
  void timeHeardFromAClaim_sparesTheQuestion() {
    time.estimate();
    pass(900, 900);
    time.heard(ledgerClock.instant(), elapsed.get());
    pass(900, 900);
    assertEquals(ledgerClock.instant().minusMillis(1), time.estimate());
    assertEquals(1, ledger.timesAsked.get());
  }

  @Test
  void answerThatWasLongUnderWay_countsOnlyForWhoAsked() {
    long asked = elapsed.get();
    Instant old = ledgerClock.instant();
    pass(1_001, 1_001);
    time.heard(old, asked);
    assertEquals(ledgerClock.instant(), time.estimate());
    assertEquals(1, ledger.timesAsked.get());
  }

  @Test
  void olderAnswerThatComesLate_doesNotTurnTimeBack() {
    time.estimate();
    pass(500, 500);
    time.heard(ledgerClock.instant().minusMillis(400), elapsed.get() - 400 * MILLI);
    assertEquals(ledgerClock.instant().minusMillis(1), time.estimate());
  }

  private void pass(long ledgerMillis, long localMillis) {
    ledgerClock.advance(Duration.ofMillis(ledgerMillis));
    nodeClock.advance(Duration.ofMillis(localMillis));
    elapsed.addAndGet(localMillis * MILLI);
  }

  private Node node() {
    return new Node(
        new Node.Identity(new NodeId("node"), "v1"),
        ledger,
        new InMemoryContent().access().store(),
        List.of(Bench.copying()),
        new Node.Policies(TimePolicy.DEFAULT, IntakeLimits.DEFAULT, WorkPolicy.DEFAULT),
        new Seams(
            nodeClock,
            () -> 42,
            Runnable::run,
            pause -> true,
            Runnable::run,
            Seams.Commits.INLINE,
            elapsed::get));
  }
}
