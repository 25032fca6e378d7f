package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Stage;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** An upload that a backup shows open, and that went on in the life that was lost. */
final class LostLifeTest {

  private static final SequenceKey OTHER = SequenceKey.of("alice", "other");
  private static final Act CAROL = new Act("carol", "restored last night's backup");

  private final Bench bench = new Bench();
  private final Engine before = bench.engine(bench.ledger, bench.content, Bench.copying());
  private final InMemoryLedger restored;
  private final UploadSession open;
  private final Receipt lost;

  LostLifeTest() {
    Upload upload = before.upload(RIDE);
    restored = bench.ledger.backup(bench.ledger.incarnation());
    Bench.add(upload, "a", "accepted, and forgotten");
    lost = upload.submit();
    upload.close();
    open =
        restored
            .sessions()
            .untouched(SessionState.OPEN, Duration.ZERO, Optional.empty(), 10)
            .get(0);
  }

  private List<ContentKey> raw() {
    return bench.content.keys().stream().filter(KeyLayout.uploads(RIDE)::covers).toList();
  }

  private Engine confirmed() {
    Engine after = bench.engine(restored, bench.content, Bench.copying());
    after.acting().beginIncarnation(CAROL, false);
    after.acting().confirmIncarnation(CAROL, 1, false);
    return after;
  }

  private UploadSession session(SessionId id) {
    return restored.sessions().find(id).orElseThrow();
  }

  private Entry entry() {
    return restored.ledger().find(List.of(RIDE)).get(0).orElseThrow();
  }

  @Test
  void acceptanceThatWasGivenUp_isNotHiddenByAnUploadOfOtherBytes() {
    List<ContentKey> stored = raw();
    Engine after = confirmed();
    try (Upload resumed = after.upload(RIDE)) {
      Bench.add(resumed, "a", "other bytes");
      resumed.record();
      UploadClosedException refused = assertThrows(UploadClosedException.class, resumed::submit);
      assertTrue(String.valueOf(refused.getMessage()).contains("other bytes"));
    }
    Bench.submit(after, RIDE, "a", "other bytes");
    assertNotEquals(open.id(), entry().raw().session());
    assertEquals(1, after.acting().unknownAcceptances(10).size(), "what was accepted is named");
    new SequenceBytes(after.node(), new Deletion(after.node(), bench.content), () -> {})
        .expire(entry(), new Deletion.Ground(Permit.Reason.EXPIRY, RIDE, "test"));
    assertTrue(raw().containsAll(stored), "and outlives what was accepted after it");
    assertEquals(1, after.acting().unknownAcceptances(10).size());
  }

  @Test
  void acceptanceThatWasGivenUp_isAdoptedBesideAnUploadThatWentOn() {
    Engine after = confirmed();
    try (Upload resumed = after.upload(RIDE)) {
      Bench.add(resumed, "a", "other bytes");
      resumed.record();
      assertThrows(UploadClosedException.class, resumed::submit);
    }
    assertEquals(lost.manifest(), after.acting().adopt(RIDE, Optional.empty(), CAROL).manifest());
    assertEquals(List.of(), after.acting().unknownAcceptances(10));
  }

  @Test
  void sameBytes_areAcceptedWhereTheyAre() {
    Engine after = confirmed();
    assertEquals(
        lost.manifest(), Bench.submit(after, RIDE, "a", "accepted, and forgotten").manifest());
    assertEquals(open.id(), entry().raw().session());
    assertEquals(List.of(), after.acting().unknownAcceptances(10));
  }

  @Test
  void submissionThatBrokeOff_isRepeatedWithoutAnotherUpload() {
    Bench bench = new Bench();
    Engine cut = bench.engine(bench.ledgerWithoutCommits(), bench.watchedContent, Bench.copying());
    SessionId session;
    try (Upload upload = cut.upload(RIDE)) {
      Bench.add(upload, "a", "x");
      upload.record();
      assertThrows(OutcomeUnknownException.class, upload::submit);
    }
    session =
        bench
            .ledger
            .sessions()
            .untouched(SessionState.OPEN, Duration.ZERO, Optional.empty(), 10)
            .get(0)
            .id();
    try (Upload again = bench.engine(Bench.copying()).upload(RIDE)) {
      again.submit();
    }
    assertEquals(session, bench.entry(RIDE).raw().session());
    bench.checkInvariants();
  }

  @Test
  void manifestThatCannotBeRead_isReadAgainByTheNextSubmission() {
    AtomicBoolean torn = new AtomicBoolean(true);
    FaultingContent unread =
        new FaultingContent(
            bench.content.access(),
            call ->
                call.method().equals("read") && torn.getAndSet(false)
                    ? new Fault.FailBefore()
                    : new Fault.None());
    confirmed();
    Engine after = bench.engine(restored, unread, Bench.copying());
    try (Upload upload = after.upload(RIDE)) {
      Bench.add(upload, "a", "accepted, and forgotten");
      assertThrows(ContentException.class, upload::submit);
      assertEquals(lost.manifest(), upload.submit().manifest());
    }
  }

  /** The ledger's clock is set back just then, so that the session seems to be at work. */
  @Test
  void sessionThatIsNotGivenUp_isNotResumed() {
    LedgerStore setBack =
        new FaultingLedger(
            restored,
            call -> {
              bench.ledgerAhead =
                  call.method().equals("abandon") ? Duration.ofHours(-1) : Duration.ZERO;
              return new Fault.None();
            });
    Engine after = bench.engine(setBack, bench.content, Bench.copying());
    after.acting().beginIncarnation(CAROL, false);
    assertThrows(UploadClosedException.class, () -> after.upload(RIDE));
    assertEquals(SessionState.OPEN, session(open.id()).state());
    assertEquals(open.raw(), session(open.id()).raw(), "and no part of it was begun");
  }

  @Test
  void sessionThatCannotBeListed_isNotResumed() {
    FaultingContent unlisted =
        new FaultingContent(
            bench.content.access(),
            call -> call.method().equals("list") ? new Fault.FailBefore() : new Fault.None());
    Engine after = bench.engine(restored, unlisted, Bench.copying());
    assertThrows(ContentException.class, () -> after.upload(RIDE));
    assertEquals(open.raw(), session(open.id()).raw(), "no part of it was begun");
  }

  @Test
  void resumption_listsTheSessionOnce() {
    AtomicInteger listings = new AtomicInteger();
    FaultingContent counted =
        new FaultingContent(
            bench.content.access(),
            call -> {
              listings.addAndGet(call.method().equals("list") ? 1 : 0);
              return Fault.NONE;
            });
    Engine engine = bench.engine(restored, counted, Bench.copying());
    try (Upload upload = engine.upload(OTHER)) {
      Bench.add(upload, "a", "x");
      upload.record();
    }
    assertEquals(0, listings.get());
    try (Upload resumed = engine.upload(OTHER)) {
      assertTrue(resumed.recorded(ItemName.of("a")).isPresent());
      assertEquals(1, listings.get());
    }
  }

  @Test
  void whatIsRecordedWhileTheSessionIsResumed_isFound() {
    Engine engine = bench.engine(bench.ledger, bench.content, Bench.copying());
    Upload first = engine.upload(OTHER);
    Bench.add(first, "a", "x");
    first.record();
    Runnable goesOn =
        () -> {
          Bench.add(first, "b", "y");
          first.record();
        };
    FaultingLedger late =
        new FaultingLedger(
            bench.ledger,
            call ->
                call.method().equals("resume") ? new Fault.Delay(goesOn, () -> {}) : Fault.NONE);
    try (Upload resumed = bench.engine(late, bench.content, Bench.copying()).upload(OTHER)) {
      assertTrue(resumed.recorded(ItemName.of("b")).isPresent());
      Bench.add(resumed, "c", "z");
      assertEquals(3, resumed.submit().manifest().count());
    }
    first.close();
  }

  @Test
  void submissionOfARepairAfterOneThatBrokeOff_readsItsItemsTwice() {
    Stage broken =
        Stage.perItem(
            "broken",
            1,
            (item, context) -> {
              throw new PermanentStageException("nobody can do this");
            });
    Engine failing = bench.engine(bench.ledger, bench.content, Bench.pipeline(broken));
    Bench.submit(failing, OTHER, "a", "x");
    bench.run(failing);
    LedgerStore cut =
        new FaultingLedger(
            bench.ledger,
            call -> call.method().equals("commit") ? new Fault.FailBefore() : Fault.NONE);
    try (Upload upload = bench.engine(cut, bench.content, Bench.copying()).upload(OTHER)) {
      Bench.add(upload, "a", "x");
      assertThrows(OutcomeUnknownException.class, upload::submit);
    }
    AtomicInteger reads = new AtomicInteger();
    LedgerStore counted =
        new FaultingLedger(
            bench.ledger,
            call -> {
              reads.addAndGet(call.method().equals("items") ? 1 : 0);
              return Fault.NONE;
            });
    try (Upload again = bench.engine(counted, bench.content, Bench.copying()).upload(OTHER)) {
      Bench.add(again, "a", "x");
      again.record();
      reads.set(0);
      again.submit();
      assertEquals(2, reads.get(), "for its root, and for its manifest");
    }
  }
}
