package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which sink a message goes to, at the bounds of times and of failures. */
final class SinkChainTest {

  private static final Duration NANO = Duration.ofNanos(1);
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final AlertPolicy POLICY = AlertPolicy.DEFAULT;

  private final ManualTime time = new ManualTime(Bench.START);
  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  private final TestSink first = new TestSink("first");
  private final TestSink second = new TestSink("second");
  private final AlertMessage.Digest digest = digest(1, AlertCode.SEQUENCE_FAILED);

  private AlertMessage.Digest digest(long ordinal, AlertCode code) {
    AlertDigest.Line line =
        new AlertDigest.Line(
            new AlertRow.Group(code.name(), "photos", "resize@1", "v1"),
            1,
            Bench.START,
            Bench.START,
            List.of(),
            "it failed");
    return new AlertMessage.Digest(
        ledger.incarnation(), new AlertDigest(ordinal, Bench.START, List.of(line)), false);
  }

  private SinkChain chain(AlertPolicy policy, AlertSink... sinks) {
    SinkChain chain =
        new SinkChain(
            ledger,
            new Node.Identity(new NodeId("node-1"), "v1"),
            new Seams(time, () -> 1, Runnable::run, wait -> true),
            List.of(sinks),
            policy);
    chain.reload();
    return chain;
  }

  private static AlertPolicy policy(int failures, Duration downAfter) {
    return new AlertPolicy(
        POLICY.spacing(), POLICY.longestSilence(), failures, downAfter, POLICY.probe());
  }

  private List<String> raised() {
    return ledger.pendingAlerts().stream().map(row -> row.group().code()).toList();
  }

  private static void refuse(TestSink sink) {
    sink.onSend =
        () -> {
          throw AlertSinkException.refusal("too large");
        };
  }

  @Test
  void sink_isDownAtItsLastFailureAndNotBefore() {
    SinkChain chain = chain(policy(3, Duration.ofDays(1)), first, second);
    first.isDown = true;
    assertFalse(chain.deliver(digest));
    assertFalse(chain.deliver(digest));
    assertEquals(List.of(), raised());
    assertTrue(chain.deliver(digest));
    assertEquals(List.of("SINK_DOWN"), raised());
    assertEquals(1, second.asked);
  }

  @Test
  void successBetween_beginsTheCountAnew() {
    SinkChain chain = chain(policy(2, Duration.ofDays(1)), first, second);
    for (int i = 0; i < 3; i++) {
      first.isDown = true;
      assertFalse(chain.deliver(digest));
      first.isDown = false;
      assertTrue(chain.deliver(digest));
    }
    assertEquals(List.of(), raised());
  }

  @Test
  void sinkThatHasFailedForLong_isDownAtItsSecondFailure() {
    Duration long20 = Duration.ofSeconds(20);
    SinkChain chain = chain(policy(100, long20), first, second);
    first.isDown = true;
    assertFalse(chain.deliver(digest));
    time.advance(long20.minus(NANO));
    assertFalse(chain.deliver(digest));
    time.advance(NANO);
    assertTrue(chain.deliver(digest));
    SinkChain atOnce = chain(policy(100, Duration.ZERO), second, first);
    second.isDown = true;
    assertFalse(atOnce.deliver(digest), "the first failure says nothing of how long");
  }

  @Test
  void sinkThatIsDown_isTriedAgainAtItsTime() {
    SinkChain chain = chain(policy(1, Duration.ofDays(1)), first, second);
    first.isDown = true;
    assertTrue(chain.deliver(digest));
    time.advance(POLICY.probe().minus(NANO));
    assertTrue(chain.deliver(digest));
    assertEquals(1, first.asked);
    time.advance(NANO);
    assertTrue(chain.deliver(digest));
    assertEquals(2, first.asked);
    first.isDown = false;
    time.advance(POLICY.probe());
    assertTrue(chain.deliver(digest));
    assertEquals(3, second.asked);
    assertEquals(List.of("SINK_DOWN", "SINK_BACK"), raised());
    assertTrue(chain.deliver(digest));
    assertTrue(chain(policy(1, Duration.ofDays(1)), first, second).deliver(digest));
    assertEquals(List.of("SINK_DOWN", "SINK_BACK"), raised(), "told once");
  }

  @Test
  void sinkThatWasDownUnderAnother_isTriedAtOnceAndNotToldAgain() {
    first.isDown = true;
    assertTrue(chain(policy(1, Duration.ZERO), first, second).deliver(digest));
    SinkChain next = chain(policy(1, Duration.ZERO), first, second);
    assertTrue(next.deliver(digest));
    assertEquals(2, first.asked);
    assertEquals(List.of("SINK_DOWN"), raised());
    first.isDown = false;
    assertTrue(chain(policy(1, Duration.ZERO), first, second).deliver(digest));
    assertEquals(List.of("SINK_DOWN", "SINK_BACK"), raised());
  }

  @Test
  void whenAllAreDown_eachIsAskedEachTime() {
    SinkChain chain = chain(policy(1, Duration.ZERO), first, second);
    first.isDown = true;
    second.isDown = true;
    for (int i = 1; i <= 3; i++) {
      AlertSinkException none = assertThrows(AlertSinkException.class, () -> chain.deliver(digest));
      assertEquals(2, none.getSuppressed().length);
      assertEquals(i, first.asked);
      assertEquals(i, second.asked);
    }
  }

  @Test
  void sinkThatNoPumpHas_isDownForThreeDaysAndNoLonger() {
    first.isDown = true;
    assertTrue(chain(policy(1, Duration.ZERO), first, second).deliver(digest));
    time.advance(Duration.ofDays(3));
    chain(POLICY, second);
    assertEquals(List.of("SINK_DOWN"), raised());
    time.advance(MILLI);
    chain(POLICY, first, second);
    assertEquals(List.of("SINK_DOWN"), raised(), "this pump has it");
    chain(POLICY, second);
    chain(POLICY, second);
    assertEquals(List.of("SINK_DOWN", "SINK_BACK"), raised());
  }

  @Test
  void digestThatEverySinkRefusesThreeTimes_isSentReduced() {
    SinkChain chain = chain(policy(1, Duration.ZERO), first);
    refuseWhole();
    for (int i = 0; i < 2; i++) {
      assertThrows(AlertSinkException.class, () -> chain.deliver(digest));
    }
    assertTrue(chain.deliver(digest));
    assertTrue(first.digests().get(0).lines().get(0).samples().isEmpty());
    assertEquals(List.of("SINK_DOWN", "DIGEST_REDUCED", "SINK_BACK"), raised());
    AlertMessage.Digest next = digest(2, AlertCode.SEQUENCE_FAILED);
    assertThrows(AlertSinkException.class, () -> chain.deliver(next), "counted for itself");
  }

  /** Takes what comes after the third whole one alone, which is the reduced one. */
  private void refuseWhole() {
    int[] asked = {0};
    first.onSend =
        () -> {
          asked[0]++;
          if (asked[0] != 4) {
            throw AlertSinkException.refusal("too large");
          }
        };
  }

  @Test
  void digestThatOnlyTellsOfReductions_isReducedWithoutAWord() {
    SinkChain chain = chain(policy(1, Duration.ZERO), first);
    refuseWhole();
    AlertMessage.Digest told = digest(1, AlertCode.DIGEST_REDUCED);
    for (int i = 0; i < 2; i++) {
      assertThrows(AlertSinkException.class, () -> chain.deliver(told));
    }
    assertTrue(chain.deliver(told));
    assertEquals(List.of("SINK_DOWN", "SINK_BACK"), raised());
  }

  @Test
  void sinkThatIsOut_isWaitedForTenMinutes() {
    SinkChain chain = chain(policy(1, Duration.ZERO), first, second);
    second.isDown = true;
    refuse(first);
    for (int i = 0; i < 4; i++) {
      assertThrows(AlertSinkException.class, () -> chain.deliver(digest));
    }
    assertEquals(4, first.asked);
    time.advance(Duration.ofMinutes(10).minus(MILLI));
    assertThrows(AlertSinkException.class, () -> chain.deliver(digest));
    assertEquals(5, first.asked);
    time.advance(MILLI);
    assertThrows(AlertSinkException.class, () -> chain.deliver(digest));
    assertEquals(7, first.asked, "whole, and without details");
  }

  @Test
  void recordThatIsNotKnown_isNotWrittenOver() {
    ControlRecord.Key key = new ControlRecord.Key(SinkChain.KIND, "first");
    ledger.controls().write(new ControlRecord(key, 1, "sink 2\n"));
    assertThrows(LedgerException.class, () -> chain(POLICY, first));
  }

  @Test
  void recordThatAnotherPumpHasChanged_isToldToTheCaller() {
    SinkChain chain = chain(policy(1, Duration.ZERO), first, second);
    ControlRecord.Key key = new ControlRecord.Key(SinkChain.KIND, "first");
    first.isDown = true;
    first.onSend =
        () -> ledger.controls().write(new ControlRecord(key, 1, "sink 1\ndown-since=\n"));
    assertTrue(chain.deliver(digest), "the record is read before it is written");
    assertEquals(2, ledger.controls().read(key).orElseThrow().version());
  }
}
