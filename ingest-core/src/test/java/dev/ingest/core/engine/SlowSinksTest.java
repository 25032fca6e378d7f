package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A sink that does not return takes neither way of alerts with it. */
@Timeout(120)
final class SlowSinksTest {

  private static final Duration TICK = Duration.ofSeconds(5);

  private final ManualTime time = new ManualTime(Bench.START);
  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  private final Supervisor supervisor = new Supervisor(EngineListener.NONE);
  private final ImpatientQuestions questions = new ImpatientQuestions(time::advance);
  private final TestSink first = new TestSink("first");
  private final TestSink second = new TestSink("second");

  @AfterEach
  void release() {
    questions.release();
  }

  private Seams seams(Seams.Questions asked) {
    return new Seams(
        time,
        new SplittableRandom(1)::nextLong,
        Runnable::run,
        wait -> true,
        Runnable::run,
        Seams.Commits.INLINE,
        () -> TimeUnit.MILLISECONDS.toNanos(time.instant().toEpochMilli()),
        asked);
  }

  private AlertPump pump(List<AlertSink> sinks, Seams.Questions asked) {
    return new AlertPump(
        ledger, AlertPumpTest.identity("node-1"), seams(asked), sinks, AlertPolicy.DEFAULT);
  }

  private DirectAlerts direct(List<AlertSink> sinks, Seams.Questions asked) {
    return new DirectAlerts(
        AlertPumpTest.identity("node-1"), ledger.incarnation(), seams(asked), sinks);
  }

  private void raise() {
    ledger.alerts().raise(List.of(AlertPumpTest.row("v1", "s-1")));
  }

  private void run(AlertPump pump, Duration length) {
    Instant end = time.instant().plus(length);
    while (time.instant().isBefore(end)) {
      supervisor.supervise("pump", pump::tick);
      time.advance(TICK);
    }
  }

  @Test
  void sinkThatNeverReturns_isLeftForTheNextWithin30Seconds() {
    first.onSend = questions::hangDeaf;
    AlertPump pump = pump(List.of(first, second), questions);
    raise();
    run(pump, Duration.ofSeconds(30));
    assertEquals(1, second.count("SEQUENCE_FAILED"));
    run(pump, Duration.ofMinutes(10));
    assertEquals(1, second.count("SINK_DOWN"));
    assertEquals(1, first.asked, "no thread more is lost to it, and nothing overtakes in it");
    assertTrue(second.ordinals().size() >= 9, "the pump keeps its pace");
  }

  @Test
  void whatASinkTakesAfterAll_wasToldElsewhereUnderTheSameKey() {
    first.onSend = questions::hangDeaf;
    AlertPump pump = pump(List.of(first, second), questions);
    raise();
    run(pump, Duration.ofMinutes(3));
    questions.release();
    assertEquals(List.of(1L), first.ordinals(), "late, and told by the other meanwhile");
    assertEquals(1L, second.ordinals().get(0));
    first.onSend = () -> {};
    run(pump, Duration.ofMinutes(3));
    assertEquals(1, first.count("SINK_BACK"));
    List<Long> later = first.ordinals().subList(1, first.ordinals().size());
    long last = second.ordinals().get(second.ordinals().size() - 1);
    assertEquals(last + 1, later.get(0), "it goes on after what the other has taken");
    assertEquals(List.of(), ledger.alerts().unsent(10));
  }

  @Test
  void slowness_isNoRefusalOfTheDigest() {
    first.onSend = questions::hang;
    AlertPump pump = pump(List.of(first), questions);
    raise();
    for (int i = 0; i < 6; i++) {
      supervisor.supervise("pump", pump::tick);
      questions.awaitReturns();
      time.advance(Duration.ofMinutes(1));
    }
    assertTrue(first.asked >= 4, "it returns at its interrupt, and is tried again");
    first.onSend = () -> {};
    run(pump, Duration.ofMinutes(1));
    assertEquals(1, first.count("SEQUENCE_FAILED"));
    assertEquals(0, first.count("DIGEST_REDUCED"));
  }

  @Test
  void directAlert_goesToTheNextSinkAndNoOtherWaitsForTheFirst() {
    first.onSend = questions::hangDeaf;
    DirectAlerts path = direct(List.of(first, second), questions);
    for (int i = 0; i < 50; i++) {
      path.raise(AlertCode.WATCHER_SILENT, "part-" + i, "silent");
    }
    assertEquals(50, path.tick());
    assertEquals(50, second.directs().size());
    assertTrue(Duration.between(Bench.START, time.instant()).toSeconds() < 15);
    path.raise(AlertCode.WATCHER_SILENT, "another", "silent");
    assertEquals(1, path.tick());
    assertEquals(1, first.asked);
  }

  @Test
  void slowSinkThatEndsAtItsInterrupt_costsItsTimeOnceATick() {
    first.onSend = questions::hang;
    DirectAlerts path = direct(List.of(first, second), questions);
    for (int tick = 1; tick <= 3; tick++) {
      for (int i = 0; i < 20; i++) {
        path.raise(AlertCode.WATCHER_SILENT, tick + "-" + i, "silent");
      }
      path.ledgerAnswered();
      assertEquals(20, path.tick());
      questions.awaitReturns();
      assertEquals(tick, first.asked);
    }
  }

  @Test
  void allSinksThatHang_leaveTheMessageWaiting() {
    first.onSend = questions::hang;
    second.onSend = questions::hang;
    DirectAlerts path = direct(List.of(first, second), questions);
    path.raise(AlertCode.CLOCK_UNCERTAIN, "", "the clock lies");
    AlertSinkException none = assertThrows(AlertSinkException.class, path::tick);
    assertTrue(
        String.valueOf(none.getSuppressed()[0].getMessage()).contains("did not return within"));
    questions.awaitReturns();
    second.onSend = () -> {};
    path.ledgerAnswered();
    assertEquals(1, path.tick());
    assertEquals("the clock lies", second.directs().get(0).row().message());
  }

  /** Hangs on both ways at a time, as it would at a dead destination. */
  private record Dead(CountDownLatch end) implements AlertSink {

    @Override
    public String name() {
      return "dead";
    }

    @Override
    public void send(AlertMessage message) {
      boolean isOver = false;
      while (!isOver) {
        try {
          isOver = end.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          isOver = false;
        }
      }
    }

    @Override
    public void close() {}
  }

  @Test
  void oneSinkThatHangsOnBothWays_silencesNeither() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try {
      List<AlertSink> sinks = List.of(new Dead(end), second);
      QuestionThreads threads = new QuestionThreads(1);
      AlertPump pump = pump(sinks, threads);
      DirectAlerts path = direct(sinks, threads);
      raise();
      path.raise(AlertCode.CLOCK_UNCERTAIN, "", "the clock lies");
      CompletableFuture<Integer> pumped =
          CompletableFuture.supplyAsync(
              () -> {
                supervisor.supervise("pump", pump::tick);
                time.advance(TICK);
                return supervisor.supervise("pump", pump::tick);
              });
      CompletableFuture<Integer> told = CompletableFuture.supplyAsync(path::tick);
      assertEquals(1, told.get(50, TimeUnit.SECONDS));
      assertEquals(1, pumped.get(50, TimeUnit.SECONDS));
      assertEquals(1, second.count("SEQUENCE_FAILED"));
    } finally {
      end.countDown();
    }
  }
}
