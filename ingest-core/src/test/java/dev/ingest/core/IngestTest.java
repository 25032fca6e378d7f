package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.engine.Acting;
import dev.ingest.core.engine.KeyLayout;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.testkit.Bodies;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** What a service calls: each method asks the right thing, and gives what it found. */
@Timeout(60)
final class IngestTest {

  private final Shelf shelf = new Shelf();

  private Ingest open() {
    return shelf.builder().withoutWatch().build();
  }

  private static void assertBounds(Executable below, Executable above) {
    assertThrows(InvalidValueException.class, below);
    assertThrows(InvalidValueException.class, above);
  }

  @Test
  void engine_runsFromItsStartToItsClose() {
    Ingest ingest = open();
    assertFalse(ingest.isRunning());
    ingest.start();
    assertTrue(ingest.isRunning());
    ingest.start();
    assertTrue(ingest.isRunning());
    ingest.close();
    assertFalse(ingest.isRunning());
    assertThrows(IllegalStateException.class, ingest::start);
    assertFalse(ingest.runUntilIdle(), "a closed engine does not come to its end");
    assertFalse(ingest.isRunning());
  }

  @Test
  void engineThatWasNeverStarted_doesNotRunOnceItIsClosed() {
    Ingest ingest = open();
    ingest.close();
    assertThrows(IllegalStateException.class, ingest::start);
    assertFalse(ingest.isRunning());
  }

  @Test
  void contentOfAnotherLedger_isAMismatch() {
    shelf.accepted("ride");
    InMemoryContent other = new InMemoryContent();
    InMemoryLedger elsewhere = new InMemoryLedger(() -> Shelf.START, IncarnationId.ofBits(4, 4));
    shelf.bare().ledger(elsewhere).content(other.access()).withoutWork().build().close();
    assertEquals(Optional.empty(), Ingest.mismatch(shelf.ledger, shelf.content));
    assertTrue(Ingest.mismatch(shelf.ledger, other).isPresent());
  }

  @Test
  void contentOfAnotherLedger_isTakenOnSomeonesWord() {
    shelf.accepted("ride");
    InMemoryLedger restored = new InMemoryLedger(() -> Shelf.START, IncarnationId.ofBits(4, 4));
    IngestBuilder builder = shelf.bare().ledger(restored).withoutWork().withoutWatch();
    assertThrows(ConfigurationException.class, builder::build);
    builder.claimContent("carol", "the ledger begins anew").build().close();
    assertEquals(Optional.empty(), Ingest.mismatch(restored, shelf.content));
  }

  @Test
  void bytes_areReadAsTheyWereUploadedAndPublished() throws IOException {
    SequenceKey key = shelf.verified("ride");
    List<String> read = new ArrayList<>();
    ItemSink sink =
        (item, body) ->
            read.add(item.name() + "=" + new String(body.readAllBytes(), StandardCharsets.UTF_8));
    try (Ingest ingest = open()) {
      assertEquals(Optional.of(shelf.entry(key).receipt().manifest()), ingest.readRaw(key, sink));
      assertEquals(
          Optional.of(shelf.entry(key).published().orElseThrow().result().manifest()),
          ingest.readResult(key, sink));
      assertEquals(List.of("a=good", "a=good"), read);
      SequenceKey unknown = SequenceKey.of("alice", "nobody");
      assertEquals(Optional.empty(), ingest.readRaw(unknown, sink));
      assertEquals(Optional.empty(), ingest.readResult(unknown, sink));
    }
  }

  @Test
  void resultThatWasReplaced_isKeptBeside() {
    SequenceKey key = shelf.verified("ride");
    try (Ingest ingest = open()) {
      assertTrue(ingest.result(key).isPresent());
      assertTrue(ingest.superseded(key).isEmpty());
      ingest.acts("carol", "a better copy").replace(key, "copy");
      shelf.untilIdle(ingest);
      assertEquals(
          shelf.entry(key).receipt().manifest().root(),
          ingest.superseded(key).orElseThrow().summary().root());
    }
  }

  @Test
  void auditThatIsForgotten_beginsAnew() {
    shelf.verified("one");
    try (Ingest ingest = open()) {
      AuditOptions options = AuditOptions.DEFAULT;
      AuditListener none = finding -> {};
      assertEquals(
          1,
          ingest.audit("monthly", options, Collections.emptyIterator(), none).looked().sequences());
      shelf.verified("two");
      assertEquals(
          1,
          ingest.audit("monthly", options, Collections.emptyIterator(), none).looked().sequences(),
          "it is over, and tells what it found");
      ingest.forgetAudit("monthly");
      assertEquals(
          2,
          ingest.audit("monthly", options, Collections.emptyIterator(), none).looked().sequences());
    }
  }

  @Test
  void bytesOfNobody_areRepairedBySettingThemAside() {
    SequenceKey key = shelf.verified("ride");
    ContentPrefix session =
        KeyLayout.part(key, new RawLocation(SessionId.ofBits(99, 1), List.of(0)), 0);
    try (ContentWriter writer = shelf.content.writer(session)) {
      writer.put(session.key("left"), Bodies.body(new byte[] {1}));
      writer.commit();
    }
    List<SetAside> aside = new ArrayList<>();
    try (Ingest ingest = open()) {
      ingest.quarantine(aside::add);
      assertEquals(List.of(), aside);
      ingest.acts("carol", "left by hand").repair(key);
      ingest.quarantine(aside::add);
      assertEquals(1, aside.size());
    }
  }

  @Test
  void acceptancesThatTheLedgerLost_areNamedUpToALimit() {
    shelf.accepted("zero");
    InMemoryLedger restored = shelf.ledger.backup(IncarnationId.ofBits(3, 4));
    shelf.accepted("one");
    shelf.accepted("two");
    try (Ingest ingest = shelf.bare().ledger(restored).withoutWork().withoutWatch().build()) {
      assertEquals(2, ingest.unknownAcceptances(Acting.MAX_UNKNOWN).size());
      assertEquals(1, ingest.unknownAcceptances(1).size());
      assertBounds(
          () -> ingest.unknownAcceptances(0),
          () -> ingest.unknownAcceptances(Acting.MAX_UNKNOWN + 1));
    }
  }

  @Test
  void limits_areRefusedPastTheirBounds() {
    shelf.verified("ride");
    shelf.time.advance(Duration.ofMinutes(1));
    try (Ingest ingest = open()) {
      assertBounds(() -> ingest.confirmations(0), () -> ingest.confirmations(1_001));
      assertEquals(List.of(), ingest.confirmations(1));
      assertEquals(List.of(), ingest.confirmations(1_000));
      ScrubPolicy policy = ScrubPolicy.DEFAULT.withAge(Duration.ZERO);
      assertThrows(InvalidValueException.class, () -> ingest.scrub(policy, 0, sequence -> {}));
      assertEquals(1, ingest.scrub(policy, 1, sequence -> {}).proven());
    }
  }

  @Test
  void drain_endsWhenNothingIsUnderWay() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Stage slow =
        Stage.perItem(
            "slow",
            1,
            (item, context) -> {
              running.countDown();
              mayEnd.await();
              context.emit(item.name(), item.open());
            });
    Pipeline pipeline = Pipeline.named("slow").stage(slow).expect(Expectation.onePerItem()).build();
    try (Ingest ingest = shelf.bare().pipeline(pipeline).withoutWatch().build()) {
      ingest.start();
      ingest.submit(
          SequenceKey.of("alice", "ride"), upload -> upload.add(ItemName.of("a"), new byte[] {1}));
      running.await();
      assertFalse(ingest.drain(Duration.ofMillis(1)));
      mayEnd.countDown();
      assertTrue(ingest.drain(Duration.ofSeconds(30)));
    }
  }
}
