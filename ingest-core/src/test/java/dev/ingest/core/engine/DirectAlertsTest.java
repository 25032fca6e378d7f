package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The way past the ledger. */
final class DirectAlertsTest {

  private final ManualTime time = new ManualTime(Bench.START);
  private final TestSink first = new TestSink("first");
  private final TestSink second = new TestSink("second");
  private final DirectAlerts path =
      new DirectAlerts(
          new Node.Identity(new NodeId("node-1"), "v1"),
          IncarnationId.ofBits(1, 1),
          new Seams(time, new SplittableRandom(1)::nextLong, Runnable::run, wait -> true),
          List.of(first, second));

  @Test
  void alert_goesToTheFirstSinkThatTakesIt() {
    first.isDown = true;
    path.raise(AlertCode.CLOCK_UNCERTAIN, "", "the clock lies");
    assertEquals(List.of(), second.taken, "nothing is sent on the thread that raises");
    assertEquals(1, path.tick());
    assertEquals("the clock lies", second.directs().get(0).row().message());
    assertEquals(0, path.tick());
  }

  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void sinkThatThrowsAnything_isNotTheLastAsked(Runnable bug) {
    first.onSend = bug;
    path.raise(AlertCode.CLOCK_UNCERTAIN, "", "the clock lies");
    assertEquals(1, path.tick());
    assertEquals("the clock lies", second.directs().get(0).row().message());
  }

  @Test
  void pathThatIsStartedLate_doesNotCallItASilenceOfTheLedger() {
    time.advance(Duration.ofSeconds(20));
    assertEquals(0, path.tick());
    time.advance(Duration.ofSeconds(14));
    assertEquals(0, path.tick());
    time.advance(Duration.ofSeconds(1));
    assertEquals(1, path.tick(), "counted from the first tick on");
  }

  @Test
  void alertThatNobodyTakes_waitsUnderItsKey() {
    first.isDown = true;
    second.isDown = true;
    path.raise(AlertCode.CLOCK_UNCERTAIN, "", "one");
    assertThrows(AlertSinkException.class, path::tick);
    path.raise(AlertCode.CLOCK_UNCERTAIN, "", "two");
    assertThrows(AlertSinkException.class, path::tick);
    first.isDown = false;
    assertEquals(1, path.tick());
    assertEquals(1, first.directs().get(0).count());
    keepLedgerAnswering(Duration.ofMinutes(1));
    assertEquals(1, path.tick(), "what came meanwhile is another message");
    assertEquals("two", first.directs().get(1).row().message());
    assertEquals(2, first.directs().stream().map(AlertMessage::key).distinct().count());
  }

  @Test
  void flood_isOneMessageAMinutePerGroup() {
    for (int i = 0; i < 100_000; i++) {
      path.raise(AlertCode.CLOCK_UNCERTAIN, "part-" + i % 3, "again");
      if (i % 100 == 0) {
        path.tick();
      }
    }
    assertEquals(3, first.taken.size());
    keepLedgerAnswering(Duration.ofMinutes(1));
    path.tick();
    assertEquals(6, first.taken.size());
    assertEquals(100_000, first.directs().stream().mapToLong(AlertMessage.Direct::count).sum());
  }

  @Test
  void groups_areBounded() {
    for (int i = 0; i < 1_000; i++) {
      path.raise(AlertCode.WATCHER_SILENT, "part-" + i, "silent");
    }
    assertEquals(100, path.tick());
    keepLedgerAnswering(Duration.ofMinutes(2));
    path.raise(AlertCode.WATCHER_SILENT, "another", "silent");
    assertEquals(1, path.tick(), "quiet groups make room");
  }

  @Test
  void groupsThatWereSentAMomentAgo_makeNoRoomAndKeepTheirSpacing() {
    for (int i = 0; i < 100; i++) {
      path.raise(AlertCode.WATCHER_SILENT, "part-" + i, "silent");
    }
    assertEquals(100, path.tick());
    path.raise(AlertCode.WATCHER_SILENT, "another", "silent");
    path.raise(AlertCode.WATCHER_SILENT, "part-7", "silent again");
    keepLedgerAnswering(Duration.ofSeconds(59));
    assertEquals(0, path.tick());
    keepLedgerAnswering(Duration.ofSeconds(1));
    assertEquals(1, path.tick());
    assertEquals("silent again", first.directs().get(100).row().message());
  }

  @Test
  void alertThatNobodyTakes_saysWhatEachSinkSaid() {
    first.isDown = true;
    second.isDown = true;
    path.raise(AlertCode.CLOCK_UNCERTAIN, "", "the clock lies");
    AlertSinkException none = assertThrows(AlertSinkException.class, path::tick);
    assertTrue(
        String.valueOf(none.getMessage()).contains("(CLOCK_UNCERTAIN) was taken by none of 2"));
    assertEquals(
        List.of("first is down", "second is down"),
        Stream.of(none.getSuppressed()).map(Throwable::getMessage).toList());
  }

  @Test
  void silenceOfTheLedger_isToldOnceAndAgainAfterItsReturn() {
    assertFalse(path.ledgerAnswered(), "nothing was told");
    time.advance(Duration.ofSeconds(17));
    assertEquals(1, path.tick());
    String message = first.directs().get(0).row().message();
    assertTrue(message.startsWith("the ledger has not answered node-1 for 17 s"), message);
    time.advance(Duration.ofMinutes(5));
    assertEquals(0, path.tick(), "it was told");
    assertTrue(path.ledgerAnswered());
    assertFalse(path.ledgerAnswered(), "its return is told once");
    time.advance(Duration.ofSeconds(15));
    assertEquals(1, path.tick());
  }

  @Test
  void longMessage_isCut() {
    path.raise(AlertCode.WATCHER_SILENT, "pump", "x".repeat(5_000) + "\u0000");
    assertEquals(1, path.tick());
    assertTrue(first.directs().get(0).row().message().length() <= 2_000);
  }

  @Test
  void alertThatNoSinkCanTake_doesNotHoldUpTheOthers() {
    Runnable poison =
        () -> {
          throw new AlertSinkException("refused");
        };
    path.raise(AlertCode.CLOCK_UNCERTAIN, "poison", "p");
    path.raise(AlertCode.CLOCK_UNCERTAIN, "good", "g");
    first.onSend = poison;
    second.onSend = poison;
    assertThrows(AlertSinkException.class, path::tick);
    first.onSend =
        () -> {
          if (!first.taken.isEmpty()) {
            poison.run();
          }
        };
    assertThrows(AlertSinkException.class, path::tick);
    assertEquals("good", first.directs().get(0).row().group().stage());
  }

  @Test
  void raisedByManyThreads_isCountedWhole() throws Exception {
    List<CompletableFuture<Void>> threads = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      threads.add(
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 5_000; i++) {
                  path.raise(AlertCode.CLOCK_UNCERTAIN, "part-" + i % 7, "again");
                }
              }));
    }
    CompletableFuture<Void> all =
        CompletableFuture.allOf(threads.toArray(CompletableFuture<?>[]::new));
    while (!all.isDone()) {
      path.tick();
    }
    all.get(30, TimeUnit.SECONDS);
    keepLedgerAnswering(Duration.ofMinutes(1));
    path.tick();
    assertEquals(20_000, first.directs().stream().mapToLong(AlertMessage.Direct::count).sum());
  }

  private void keepLedgerAnswering(Duration length) {
    for (long second = 0; second < length.toSeconds(); second++) {
      time.advance(Duration.ofSeconds(1));
      path.ledgerAnswered();
    }
  }
}
