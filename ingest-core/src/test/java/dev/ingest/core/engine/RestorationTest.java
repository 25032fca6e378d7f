package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.Confirmation;
import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A ledger that comes back from a backup with the incarnation that it had. */
final class RestorationTest {

  private static final Act CAROL = new Act("carol", "restored last night's backup");

  private final Bench bench = new Bench();
  private final Engine engine = bench.engine(Bench.copying());
  private final AtomicLong bits = new AtomicLong(1_000);

  RestorationTest() {
    assertEquals(Optional.empty(), new Binding(bench.ledger, bench.content).settle());
  }

  private boolean look(LedgerStore ledger) {
    return new Restoration(ledger, bench.content, bits::incrementAndGet).look();
  }

  /** Whoever deletes looks again, and knows nothing until the mark is there. */
  @Test
  void aStoreThatTakesNoBytes_keepsNoEngineFromBeginningAndIsMarkedLater() {
    FaultingContent full =
        new FaultingContent(
            bench.content.access(),
            call -> call.method().equals("put") ? new Fault.FailBefore() : new Fault.None());
    Restoration restoration = new Restoration(bench.ledger, full, bits::incrementAndGet);
    new Opening(bench.ledger, full, bits::incrementAndGet).bind(Optional.empty(), true);
    assertThrows(ContentException.class, restoration::look);
    assertFalse(look(bench.ledger));
    restoration.lookAtOpening();
    assertFalse(restoration.look());
  }

  /** A backup as a file copied back is one: it has the incarnation of before. */
  private InMemoryLedger backup() {
    return bench.ledger.backup(bench.ledger.incarnation());
  }

  private Optional<String> doubt(LedgerStore ledger) {
    return new KnownIncarnation(bench.node(ledger, bench.content, Bench.copying())).doubt();
  }

  private void accept(String id) {
    Bench.submit(engine, SequenceKey.of("alice", id), "a", id);
  }

  private long marks() {
    return bench.content.keys().stream()
        .filter(key -> key.value().startsWith("ledger/mark/"))
        .count();
  }

  @Test
  void aLedgerThatGoesOn_keepsItsIncarnation() {
    for (int i = 0; i < 5; i++) {
      accept("ride-" + i);
      assertFalse(look(bench.ledger));
      assertFalse(look(bench.ledger));
      assertFalse(look(bench.ledger.reopen()));
    }
    assertEquals(IncarnationId.ofBits(7, 7), bench.ledger.incarnation());
    assertEquals(5, marks(), "one for each time that it had moved");
    assertEquals(Optional.empty(), doubt(bench.ledger));
  }

  @Test
  void aBackupFromBeforeAMark_getsAnotherIncarnationAndIsInDoubt() {
    accept("known");
    assertFalse(look(bench.ledger));
    InMemoryLedger restored = backup();
    accept("lost");
    assertFalse(look(bench.ledger));
    assertTrue(look(restored));
    assertNotEquals(IncarnationId.ofBits(7, 7), restored.incarnation());
    String doubt = doubt(restored).orElseThrow();
    assertTrue(doubt.contains("the one known before was " + IncarnationId.ofBits(7, 7)), doubt);
    IncarnationId now = restored.incarnation();
    assertFalse(look(restored));
    assertEquals(now, restored.incarnation(), "once");
    Acting acting = bench.engine(restored, bench.content, Bench.copying()).acting();
    assertThrows(ActRefusedException.class, () -> acting.confirmIncarnation(CAROL, 0, false));
    acting.adopt(SequenceKey.of("alice", "lost"), Optional.empty(), CAROL);
    acting.confirmIncarnation(CAROL, 0, false);
    assertEquals(Optional.empty(), doubt(restored));
  }

  @Test
  void lifeThatAnotherNodeBeganFirst_isTheOneThatCounts() {
    IncarnationId others = IncarnationId.ofBits(9, 9);
    LedgerStore late =
        new ForwardedLedger(bench.ledger) {
          @Override
          public Outcome renew(IncarnationId expected, IncarnationId next) {
            assertTrue(store.renew(expected, others).isApplied());
            return store.renew(expected, next);
          }
        };
    assertEquals(others, new Restoration(late, bench.content, bits::incrementAndGet).begin());
    assertEquals(others, bench.ledger.incarnation());
  }

  /** As one whose disk is full. */
  @Test
  void ledgerThatTakesNoWrites_isOpenedUnlessItLostSomething() {
    accept("known");
    InMemoryLedger restored = backup();
    accept("more");
    LedgerStore readOnly =
        new FaultingLedger(
            bench.ledger,
            call -> call.method().equals("write") ? new Fault.FailBefore() : new Fault.None());
    new Opening(readOnly, bench.content, bits::incrementAndGet).bind(Optional.empty(), true);
    assertEquals(0, marks());
    assertThrows(LedgerException.class, () -> look(readOnly), "whoever runs tells of it");
    assertFalse(look(bench.ledger));
    assertEquals(1, marks());
    LedgerStore both =
        new FaultingLedger(
            restored,
            call -> call.method().equals("write") ? new Fault.FailBefore() : new Fault.None());
    Opening opening = new Opening(both, bench.content, bits::incrementAndGet);
    assertThrows(LedgerException.class, () -> opening.bind(Optional.empty(), true));
  }

  @Test
  void aBackupFromBeforeTheFirstMark_isNoticedToo() {
    InMemoryLedger restored = backup();
    accept("lost");
    assertFalse(look(bench.ledger));
    assertTrue(look(restored));
    assertTrue(doubt(restored).isPresent());
  }

  @Test
  void anEngineThatRuns_noticesWithinItsInterval() {
    accept("known");
    assertFalse(look(bench.ledger));
    InMemoryLedger replica = backup();
    KnownIncarnation known =
        new KnownIncarnation(bench.node(replica, bench.content, Bench.copying()));
    assertEquals(Optional.empty(), known.doubt());
    accept("lost");
    assertFalse(look(bench.ledger));
    assertEquals(Optional.empty(), known.doubt(), "not asked yet");
    bench.time.advance(KnownIncarnation.LOOK);
    assertTrue(known.doubt().isPresent());
  }

  @Test
  void twoCopiesSideBySide_areBothInDoubt() {
    accept("known");
    assertFalse(look(bench.ledger));
    InMemoryLedger copy = backup();
    Bench.submit(bench.engine(copy, bench.content, Bench.copying()), RIDE, "a", "x");
    assertFalse(look(copy));
    accept("another");
    assertTrue(look(bench.ledger));
    assertTrue(doubt(bench.ledger).isPresent());
    assertTrue(look(copy));
    assertTrue(doubt(copy).isPresent());
  }

  @Test
  void aMarkThatBreaksOff_makesNoDoubtOfItsOwn() {
    for (Fault fault : List.of(new Fault.ReplyLost(), new Fault.FailBefore())) {
      accept("ride-" + fault.getClass().getSimpleName());
      LedgerStore dies =
          new FaultingLedger(
              bench.ledger, call -> call.method().equals("write") ? fault : new Fault.None());
      assertThrows(LedgerException.class, () -> look(dies));
      assertFalse(look(bench.ledger));
    }
    assertEquals(2, marks());
    bench.content.remove(new ContentKey("ledger/mark/%012d".formatted(2)));
    assertFalse(look(bench.ledger), "whose object was not written");
    assertEquals(2, marks());
    assertEquals(IncarnationId.ofBits(7, 7), bench.ledger.incarnation());
  }

  @Test
  void whatSomeoneSaysWasRestored_isInDoubt() {
    accept("known");
    Acting acting = engine.acting();
    acting.confirmIncarnation(CAROL, 0, false);
    bench.time.advance(Duration.ofMillis(1));
    assertEquals(IncarnationId.ofBits(7, 7), acting.beginIncarnation(CAROL, true));
    IncarnationId next = acting.beginIncarnation(CAROL, false);
    assertEquals(next, bench.ledger.incarnation());
    assertNotEquals(IncarnationId.ofBits(7, 7), next);
    assertTrue(doubt(bench.ledger).isPresent());
    Confirmation kept = new Confirmations(bench.ledger).latest(1).get(0);
    assertEquals(Confirmation.Subject.RESTORED, kept.subject());
    acting.confirmIncarnation(CAROL, 0, false);
    assertEquals(Optional.empty(), doubt(bench.ledger));
  }

  @Test
  void contentOfAnotherLedger_isADoubt() {
    InMemoryLedger other = new InMemoryLedger(bench.time, IncarnationId.ofBits(5, 5));
    InMemoryContent its = new InMemoryContent();
    assertEquals(Optional.empty(), new Binding(other, its).settle());
    assertEquals(Optional.empty(), new KnownIncarnation(bench.node(other, its)).doubt());
    String mismatch = new Binding(other, bench.content).mismatch().orElseThrow();
    assertEquals(Optional.of(mismatch), doubt(other));
  }

  @Test
  void wordThatEveryAcceptanceIsKnown_isOnTheRecord() {
    KnownIncarnation known = new KnownIncarnation(bench.node(bench.ledger, bench.content));
    known.confirm(CAROL, bench.ledger.incarnation(), 2);
    Confirmation kept = new Confirmations(bench.ledger).latest(1).get(0);
    assertEquals(Confirmation.Subject.LEDGER, kept.subject());
    assertEquals("incarnation " + bench.ledger.incarnation() + ", 2 given up", kept.confirmed());
    assertEquals(CAROL, new Act(kept.actor(), kept.reason()));
  }

  @Test
  void wordThatIsOvertaken_isRefused() {
    LedgerStore overtaken =
        new ControlsOf(
            bench.ledger,
            written ->
                written.key().equals(KnownIncarnation.KEY)
                    ? Outcome.notApplied(Outcome.Reason.STALE_VERSION, "v2")
                    : bench.ledger.controls().write(written));
    KnownIncarnation known = new KnownIncarnation(bench.node(overtaken, bench.content));
    assertThrows(
        IllegalStateException.class, () -> known.confirm(CAROL, bench.ledger.incarnation(), 0));
  }

  @Test
  void incarnationThatIsRemembered_isTheFirstOne() {
    LedgerStore unknown =
        new ControlsOf(bench.ledger, written -> new Outcome.Unknown(new Exception()));
    IncarnationId first = bench.ledger.incarnation();
    InMemoryLedger fresh = new InMemoryLedger(bench.time, first);
    KnownIncarnation.remember(fresh, first);
    KnownIncarnation.remember(fresh, IncarnationId.ofBits(5, 5));
    assertEquals(Optional.empty(), doubt(fresh));
    bench.ledger.controls().delete(KnownIncarnation.KEY, 1);
    assertThrows(OutcomeUnknownException.class, () -> KnownIncarnation.remember(unknown, first));
  }

  @Test
  void workOfTheLifeBefore_isNotCommitted() {
    accept("known");
    engine.worker().tick();
    engine.acting().beginIncarnation(CAROL, false);
    bench.runTasks();
    assertEquals(0, bench.told.size(), "its lease ended with that life");
    bench.time.advance(bench.work.lease().plusSeconds(1));
    bench.run(engine);
    assertTrue(bench.told.contains("alice/known published"), bench.told.toString());
    bench.checkInvariants();
  }

  /** The backup shows an upload open that was given up and swept afterwards. */
  @Test
  void uploadThatTheBackupShowsOpen_hasNoReceiptForBytesThatAreGone() {
    for (String gone : List.of("a", "b", "c")) {
      Bench bench = new Bench();
      Upload before = bench.engine(Bench.copying()).upload(RIDE);
      for (String name : List.of("a", "b", "c")) {
        Bench.add(before, name, name + "-text");
      }
      before.record();
      before.close();
      InMemoryLedger restored = bench.ledger.backup(bench.ledger.incarnation());
      Engine engine = bench.engine(restored, bench.content, Bench.copying());
      ContentKey key = bench.content.keys().stream().sorted().toList().get("abc".indexOf(gone));
      assertTrue(bench.content.remove(key));

      try (Upload another = engine.upload(RIDE)) {
        assertEquals(Optional.empty(), another.recorded(ItemName.of("a")));
        assertThrows(ItemRefusedException.class, another::submit);
        Bench.add(another, "a", "a-text");
        assertEquals(1, another.submit().manifest().count());
      }
      assertEquals(0, restored.ledger().census(Optional.empty()).openSessions());
    }
  }

  @Test
  void uploadThatTheBackupShowsOpen_isResumedWhereItsBytesAreThere() {
    try (Upload before = engine.upload(RIDE)) {
      Bench.add(before, "a", "x");
      before.record();
      Bench.add(before, "b", "y");
    }
    try (Upload again = engine.upload(RIDE)) {
      Bench.add(again, "b", "y");
      again.record();
    }
    Engine restored = bench.engine(backup(), bench.content, Bench.copying());
    try (Upload resumed = restored.upload(RIDE)) {
      Bench.add(resumed, "c", "z");
      assertEquals(3, resumed.submit().manifest().count());
    }
  }

  private static int items(Engine engine, String text) {
    try (Upload upload = engine.upload(RIDE)) {
      Bench.add(upload, "a", text);
      return upload.submit().manifest().count();
    }
  }

  private List<ContentKey> raw() {
    return bench.content.keys().stream().filter(KeyLayout.uploads(RIDE)::covers).toList();
  }

  /** The upload broke off before the backup, and was resumed and accepted after it. */
  @Test
  void acceptanceInAPartThatTheBackupDoesNotKnow_isNotSwept() {
    engine.upload(RIDE).close();
    InMemoryLedger restored = backup();
    assertEquals(1, items(engine, "x"));
    List<ContentKey> stored = raw();
    Engine after = bench.engine(restored, bench.content, Bench.copying());
    bench.time.advance(bench.limits.idleTime().plusSeconds(1));
    after.sweeper().tick();
    bench.time.advance(Duration.ofHours(2));
    after.sweeper().tick();
    assertEquals(stored, raw());
    assertEquals(Optional.empty(), restored.sessions().find(session(stored.get(0))), "forgotten");
    assertEquals(1, after.acting().adopt(RIDE, Optional.empty(), CAROL).manifest().count());
  }

  private static SessionId session(ContentKey key) {
    return new SessionId(KeyLayout.rawPlace(key).orElseThrow().session());
  }

  @Test
  void partThatBeganInTheLifeThatWasLost_isNotWrittenBelow() {
    engine.upload(RIDE).close();
    InMemoryLedger restored = backup();
    try (Upload upload = engine.upload(RIDE)) {
      Bench.add(upload, "a", "sent and not submitted");
      upload.record();
    }
    ContentKey before = raw().get(0);
    byte[] bytes = bench.content.bytes(before);
    assertEquals(1, items(bench.engine(restored, bench.content, Bench.copying()), "other bytes"));
    assertArrayEquals(bytes, bench.content.bytes(before));
    Entry entry = restored.ledger().find(List.of(RIDE)).get(0).orElseThrow();
    assertNotEquals(session(before), entry.raw().session());
  }

  @Test
  void uploadThatMayHaveBeenAccepted_isNotResumedWhileThatIsInDoubt() {
    Upload upload = engine.upload(RIDE);
    InMemoryLedger restored = backup();
    Bench.add(upload, "a", "accepted, and forgotten");
    upload.submit();
    upload.close();
    Engine after = bench.engine(restored, bench.content, Bench.copying());
    after.acting().beginIncarnation(CAROL, false);
    assertEquals(1, items(after, "other bytes"));
    assertEquals(1, after.acting().unknownAcceptances(10).size(), "what was accepted is named");
  }

  @Test
  void uploadThatLivedThroughARestoration_hasNoReceiptForBytesThatAreGone() {
    Upload upload = engine.upload(RIDE);
    Bench.add(upload, "a", "x");
    upload.record();
    InMemoryLedger backup = backup();
    bench.time.advance(bench.limits.idleTime().plusSeconds(1));
    engine.sweeper().tick();
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    assertEquals(List.of(), raw(), "given up and swept");

    bench.ledger.goBack(backup);
    engine.acting().beginIncarnation(CAROL, false);
    UploadClosedException refused = assertThrows(UploadClosedException.class, upload::submit);
    assertTrue(String.valueOf(refused.getMessage()).contains("restored"), refused.getMessage());
    upload.close();
    try (Upload again = engine.upload(RIDE)) {
      assertEquals(Optional.empty(), again.recorded(ItemName.of("a")));
      Bench.add(again, "a", "x");
      assertEquals(1, again.submit().manifest().count());
    }
    bench.checkInvariants();
  }

  @Test
  void uploadWhoseRowsTheBackupDoesNotHave_isRefusedAtOnceAndResumed() {
    Upload upload = engine.upload(RIDE);
    Bench.add(upload, "a", "x");
    upload.record();
    InMemoryLedger backup = backup();
    Bench.add(upload, "b", "y");
    upload.record();
    bench.ledger.goBack(backup);
    UploadClosedException refused = assertThrows(UploadClosedException.class, upload::submit);
    assertTrue(String.valueOf(refused.getMessage()).contains("restored"), refused.getMessage());
    upload.close();
    try (Upload again = engine.upload(RIDE)) {
      assertTrue(again.recorded(ItemName.of("b")).isEmpty());
      Bench.add(again, "b", "y");
      assertEquals(2, again.submit().manifest().count());
    }
    bench.checkInvariants();
  }

  @Test
  void uploadThatIsBrief_asksForNoLife() {
    AtomicInteger asked = new AtomicInteger();
    LedgerStore counting =
        new LifeAsked(
            bench.ledger,
            () -> {
              asked.incrementAndGet();
              return bench.ledger.incarnation();
            });
    Engine counted = bench.engine(counting, bench.content, Bench.copying());
    Bench.submit(counted, SequenceKey.of("alice", "first"), "a", "x");
    int first = asked.get();
    Bench.submit(counted, SequenceKey.of("alice", "second"), "a", "x");
    assertEquals(first, asked.get(), "by an upload that is not the engine's first");
    try (Upload upload = counted.upload(RIDE)) {
      Bench.add(upload, "a", "x");
      bench.time.advance(LifeMarks.BRIEF);
      upload.submit();
    }
    assertEquals(first + 1, asked.get(), "by one that took long");
  }
}
