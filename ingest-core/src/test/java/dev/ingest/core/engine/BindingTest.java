package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.Event.DiscardDecided;
import dev.ingest.core.lifecycle.Event.Ground;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.FaultingLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whether a ledger and a content store belong together. */
final class BindingTest {

  private static final Act CAROL = new Act("carol", "the old ledger is gone for good");
  private static final ContentKey FIRST = new ContentKey("ledger/binding/0001");

  private final Bench bench = new Bench();
  private final InMemoryLedger other = new InMemoryLedger(bench.time, IncarnationId.ofBits(9, 9));

  private static Optional<String> settle(LedgerStore ledger, ContentStore content) {
    return new Binding(ledger, content).settle();
  }

  private void assertBound() {
    assertEquals(Optional.empty(), settle(bench.ledger, bench.content));
    assertTrue(new Binding(bench.ledger, bench.content).isBound());
    assertTrue(bench.content.keys().contains(FIRST));
    assertEquals(Optional.empty(), settle(bench.ledger, bench.content), "again");
  }

  private static void assertRefused(LedgerStore ledger, ContentStore content, String because) {
    String mismatch = settle(ledger, content).orElseThrow();
    assertTrue(mismatch.contains(because), mismatch);
    assertTrue(mismatch.contains(ledger.name()) && mismatch.contains(content.name()), mismatch);
  }

  @Test
  void twoNewStores_areBoundToEachOther() {
    assertEquals(Optional.empty(), new Binding(bench.ledger, bench.content).mismatch());
    assertEquals(0, bench.content.size(), "a look binds nothing");
    assertFalse(new Binding(bench.ledger, bench.content).isBound());
    assertBound();
  }

  @Test
  void aPairOfAnEarlierRelease_isBoundByTheBytesThatItHas() {
    Bench.submit(bench.engine(Bench.copying()), Bench.RIDE, "a", "x");
    assertBound();
  }

  @Test
  void aPairOfAnEarlierReleaseWithAnOpenUploadAlone_isBoundByItsBytes() {
    var upload = bench.engine(Bench.copying()).upload(Bench.RIDE);
    for (int i = 0; i < 256; i++) {
      Bench.add(upload, "item-" + i, "x");
    }
    upload.close();
    assertBound();
  }

  @Test
  void anotherContentStore_isRefusedByALedgerWithSequences() {
    Bench.submit(bench.engine(Bench.copying()), Bench.RIDE, "a", "x");
    assertRefused(bench.ledger, new InMemoryContent(), "not bound to each other");
    assertBound();
    assertRefused(bench.ledger, new InMemoryContent(), "another store, or lost them");
  }

  @Test
  void contentWithBytesThatANewLedgerDoesNotKnow_isRefused() {
    Bench.submit(bench.engine(Bench.copying()), Bench.RIDE, "a", "x");
    assertRefused(other, bench.content, "not bound to each other");
  }

  @Test
  void contentOfAnotherLedger_isRefusedThoughItHasBytesOfBoth() {
    assertBound();
    assertRefused(other, bench.content, "belongs to ledger " + bench.ledger.name());
    Engine both = bench.engine(other, bench.content, Bench.copying());
    Bench.submit(both, Bench.RIDE, "a", "x");
    assertRefused(other, bench.content, "belongs to ledger " + bench.ledger.name());
  }

  @Test
  void boundToOthers_isRefusedAndBothAreNamed() {
    assertBound();
    InMemoryContent elsewhere = new InMemoryContent();
    assertEquals(Optional.empty(), settle(other, elsewhere));
    assertRefused(bench.ledger, elsewhere, "belongs to ledger " + other.name());
    for (LedgerStore each : List.of(bench.ledger, other)) {
      assertRefused(bench.ledger, elsewhere, "(binding " + each.incarnation().value() + ")");
    }
    assertRefused(bench.ledger, elsewhere, "`ingest confirm content`");
    assertRefused(other, bench.content, "belongs to ledger " + bench.ledger.name());
  }

  @Test
  void aCrashBetweenTheTwoSides_isMadeGood() {
    LedgerStore dies =
        new FaultingLedger(
            bench.ledger,
            call -> call.method().equals("write") ? new Fault.FailBefore() : new Fault.None());
    assertThrows(LedgerException.class, () -> settle(dies, bench.content));
    assertTrue(bench.content.keys().contains(FIRST));
    assertRefused(other, bench.content, "belongs to ledger " + bench.ledger.name());
    assertBound();
  }

  @Test
  void nodesThatStartAtTheSameTime_bindOnce() throws Exception {
    try (ClosingPool pool = new ClosingPool(8)) {
      List<Future<Optional<String>>> all = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        all.add(pool.executor().submit(() -> settle(bench.ledger, bench.content)));
      }
      for (Future<Optional<String>> one : all) {
        assertEquals(Optional.empty(), one.get(30, TimeUnit.SECONDS));
      }
    }
    assertEquals(List.of(FIRST), bench.content.keys());
  }

  private record ClosingPool(ExecutorService executor) implements AutoCloseable {

    ClosingPool(int threads) {
      this(Executors.newFixedThreadPool(threads));
    }

    @Override
    public void close() {
      executor.shutdownNow();
    }
  }

  @Test
  void ofTwoThatClaimAtTheSameTime_oneIsToldThatItLost() {
    assertBound();
    boolean[] begun = {false};
    ContentStore raced =
        new FaultingContent(
                bench.content.access(),
                call -> {
                  if (call.method().equals("put") && !begun[0]) {
                    begun[0] = true;
                    new Binding(other, bench.content).claim(CAROL, 1);
                  }
                  return new Fault.None();
                })
            .access()
            .store();
    IllegalStateException lost =
        assertThrows(
            IllegalStateException.class, () -> new Binding(bench.ledger, raced).claim(CAROL, 2));
    assertTrue(begun[0]);
    assertTrue(String.valueOf(lost.getMessage()).contains("belongs to ledger " + other.name()));
    assertEquals(Optional.empty(), settle(other, bench.content));
  }

  @Test
  void aLostObject_isWrittenAgainWhereTheBytesAreThere() {
    Bench.submit(bench.engine(Bench.copying()), Bench.RIDE, "a", "x");
    assertBound();
    bench.content.remove(FIRST);
    assertBound();
  }

  @Test
  void aLedgerFromABackupBeforeItsBinding_isBoundAgain() {
    Bench.submit(bench.engine(Bench.copying()), Bench.RIDE, "a", "x");
    InMemoryLedger backup = bench.ledger.backup(bench.ledger.incarnation());
    assertBound();
    assertEquals(Optional.empty(), settle(backup, bench.content));
  }

  @Test
  void whatIsClaimed_isTheClaimantsAndNobodyElsesAnyMore() {
    assertBound();
    new Binding(other, bench.content).claim(CAROL, 1);
    assertEquals(Optional.empty(), settle(other, bench.content));
    assertRefused(bench.ledger, bench.content, "belongs to ledger " + other.name());
    assertEquals("carol", new Confirmations(other).latest(1).get(0).actor());
    new Binding(bench.ledger, bench.content).claim(CAROL, 2);
    assertBound();
    InMemoryContent next = new InMemoryContent();
    new Binding(bench.ledger, next).claim(CAROL, 3);
    assertRefused(bench.ledger, bench.content, "belongs to ledger " + bench.ledger.name());
    new Binding(bench.ledger, bench.content).claim(CAROL, 4);
    assertBound();
    assertRefused(other, bench.content, "belongs to ledger " + bench.ledger.name());
  }

  @Test
  void aLedgerWhoseSequencesAreAllGone_needsAClaimForForeignBytes() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, Bench.RIDE, "a", "x");
    engine.acting().act(Bench.RIDE, new DiscardDecided(Ground.ERASURE, CAROL), false);
    assertRefused(bench.ledger, bench.content, "not bound to each other");
    new Binding(bench.ledger, bench.content).claim(CAROL, 1);
    assertBound();
  }

  @Test
  void aStoreThatDoesNotAnswer_isNeitherBoundNorRefused() {
    ContentStore dead =
        new FaultingContent(bench.content.access(), call -> new Fault.FailBefore())
            .access()
            .store();
    assertThrows(ContentException.class, () -> settle(bench.ledger, dead));
    assertBound();
  }

  /** As a disk that lists its files and reads none of them. */
  @Test
  void aStoreThatCannotReadWhatItHas_doesNotAnswer() {
    assertBound();
    ContentStore sick =
        new FaultingContent(
            bench.content.access(),
            call -> call.role() == Role.READ ? new Fault.FailBefore() : new Fault.None());
    assertThrows(ContentException.class, () -> settle(bench.ledger, sick));
    Opening opening = new Opening(bench.ledger, sick, () -> 1);
    assertThrows(ContentException.class, () -> opening.bind(Optional.empty(), true));
    opening.bind(Optional.empty(), false);
    assertBound();
  }

  @Test
  void anObjectThatNobodyCanRead_isRefusedByName() {
    assertBound();
    bench.content.corrupt(FIRST, 0);
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> settle(bench.ledger, bench.content));
    assertTrue(String.valueOf(refused.getMessage()).contains("binding/ledger"));
  }

  @Test
  void anObjectThatIsTooLarge_isRefusedByName() {
    String most = "x".repeat(ControlRecord.MAX_BODY);
    ContentKey key = new ContentKey("ledger/binding/0002");
    assertTrue(Binding.put(bench.content, key, most));
    assertEquals(most, Binding.text(bench.content, key));
    assertTrue(Binding.put(bench.content, FIRST, most + "x"));
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> Binding.text(bench.content, FIRST));
    assertTrue(String.valueOf(refused.getMessage()).contains(FIRST.toString()));
  }

  @Test
  void aStoreThatWasClaimedAsOftenAsItCanBe_takesNoMoreClaims() {
    ContentKey last = new ContentKey("ledger/binding/9998");
    ControlRecord record =
        RecordBody.of(Binding.RECORD).with("id", "another").with("other", "another").record(1);
    assertTrue(Binding.put(bench.content, last, record.body()));
    new Binding(bench.ledger, bench.content).claim(CAROL, 1);
    assertEquals(Optional.empty(), settle(bench.ledger, bench.content));
    int objects = bench.content.size();
    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class, () -> new Binding(other, bench.content).claim(CAROL, 2));
    assertTrue(String.valueOf(refused.getMessage()).contains("takes no more"));
    assertEquals(objects, bench.content.size());
    assertEquals(Optional.empty(), settle(bench.ledger, bench.content), "it is the last's");
  }
}
