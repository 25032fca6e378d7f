package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A ledger that takes no writes is told of once it has lasted, and once. */
final class RefusedWritesTest {

  private final ManualTime time = new ManualTime(Bench.START);
  private final NodeId self = new NodeId("node-1");
  private final TestSink sink = new TestSink("sink");
  private final Seams seams =
      new Seams(
          time,
          new SplittableRandom(1)::nextLong,
          Runnable::run,
          wait -> true,
          Runnable::run,
          Seams.Commits.INLINE,
          () -> TimeUnit.MILLISECONDS.toNanos(time.instant().toEpochMilli()));
  private final DirectAlerts direct =
      new DirectAlerts(
          new Node.Identity(self, "v1"), IncarnationId.ofBits(1, 1), seams, List.of(sink));
  private final RefusedWrites refused = new RefusedWrites(self, seams, direct);

  /** A tick after a time, in which so many writes fail. */
  private boolean tick(Duration after, int failures) {
    time.advance(after);
    for (int i = 0; i < failures; i++) {
      refused.failed(new LedgerException("the disk is full"));
    }
    return refused.endTick();
  }

  /** Keeps what is raised, and not that the ledger itself was not heard of. */
  private List<String> told() {
    direct.ledgerAnswered();
    direct.tick();
    return sink.directs().stream().map(one -> one.row().message()).toList();
  }

  @Test
  void writesThatHaveFailedForFifteenSeconds_areToldOnce() {
    assertFalse(tick(Duration.ZERO, 1));
    assertFalse(tick(Duration.ofSeconds(15).minusMillis(1), 1));
    assertEquals(List.of(), told());
    assertFalse(tick(Duration.ofMillis(1), 2));
    assertFalse(tick(Duration.ofMinutes(10), 1));
    List<String> told = told();
    assertEquals(1, told.size(), told::toString);
    assertTrue(told.get(0).contains("taken none of its writes for 15 s"), told::toString);
    assertTrue(told.get(0).contains("the disk is full"), told::toString);
  }

  @Test
  void writesThatFailNowAndThen_areNotTold() {
    for (int i = 0; i < 20; i++) {
      assertFalse(tick(Duration.ofSeconds(10), 1));
      assertFalse(tick(Duration.ofSeconds(10), 0));
    }
    assertEquals(List.of(), told());
  }

  @Test
  void endOfARefusal_isToldWhenNoWriteOfATickFailsUntilItWasTold() {
    tick(Duration.ZERO, 1);
    assertFalse(tick(Duration.ofSeconds(15), 1));
    assertTrue(tick(Duration.ofSeconds(1), 0));
    assertTrue(tick(Duration.ofSeconds(1), 0), "the end could not be told");
    refused.endTold();
    assertFalse(tick(Duration.ofSeconds(1), 0));
  }

  @Test
  void refusalAfterAnother_isCountedAnewAndToldAgain() {
    tick(Duration.ZERO, 1);
    tick(Duration.ofSeconds(15), 1);
    tick(Duration.ofSeconds(1), 0);
    refused.endTold();
    assertEquals(1, told().size());
    tick(Duration.ofMinutes(5), 1);
    tick(Duration.ofSeconds(14), 1);
    assertEquals(1, told().size());
    tick(Duration.ofSeconds(1), 1);
    assertEquals(2, told().size());
  }
}
