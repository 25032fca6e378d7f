package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Uploads that their owner gives up. */
final class AbandonedUploadTest {

  private final Bench bench = new Bench();
  private final Engine engine = bench.engine(Bench.copying());

  @AfterEach
  void everyInvariant_holds() {
    bench.checkInvariants();
  }

  private long open() {
    return bench.ledger.ledger().census(Optional.empty()).openSessions();
  }

  @Test
  void abandoned_takesNothingMoreAndLeavesNoSession() {
    try (Upload upload = engine.upload(RIDE)) {
      Bench.add(upload, "a", "x");
      upload.record();
      assertEquals(1, open());
      upload.abandon();
      assertEquals(0, open());
      upload.abandon();
      assertThrows(UploadClosedException.class, () -> Bench.add(upload, "b", "y"));
      assertThrows(UploadClosedException.class, upload::submit);
    }
    try (Upload another = engine.upload(RIDE)) {
      assertTrue(another.recorded(ItemName.of("a")).isEmpty(), "it begins anew");
      assertThrows(ItemRefusedException.class, another::submit);
      another.abandon();
    }
    assertEquals(0, open());
  }

  @Test
  void whatAnEarlierPartLeft_isCountedWithWhatWasAddedSince() {
    Upload earlier = engine.upload(RIDE);
    assertEquals(0, earlier.count());
    Bench.add(earlier, "a", "x");
    assertEquals(1, earlier.count());
    earlier.record();
    Bench.add(earlier, "never-recorded", "x");
    earlier.close();
    assertThrows(UploadClosedException.class, earlier::count);
    try (Upload upload = engine.upload(RIDE)) {
      assertEquals(1, upload.count());
      Bench.add(upload, "a", "x");
      assertEquals(1, upload.count(), "sent again");
      Bench.add(upload, "b", "y");
      assertEquals(2, upload.count());
      assertEquals(2, upload.submit().manifest().count());
    }
  }

  @Test
  void abandonedAfterItsReceipt_staysAccepted() {
    try (Upload upload = engine.upload(RIDE)) {
      Bench.add(upload, "a", "x");
      Receipt receipt = upload.submit();
      upload.abandon();
      assertEquals(receipt, engine.find(RIDE).orElseThrow().receipt());
    }
    bench.run(engine);
    assertEquals(State.VERIFIED, engine.find(RIDE).orElseThrow().state());
  }

  @Test
  void anUploadThatWasResumedElsewhere_isNotGivenUpByTheOneBefore() {
    try (Upload before = engine.upload(RIDE);
        Upload now = bench.engine(Bench.copying()).upload(RIDE)) {
      assertThrows(UploadClosedException.class, before::abandon);
      Bench.add(now, "a", "x");
      now.submit();
    }
  }

  @Test
  void aPartThatAnotherHasFollowed_leavesNothingThatIsKept() {
    Engine other = bench.engine(Bench.copying());
    engine.upload(RIDE).close();
    try (Upload before = engine.upload(RIDE);
        Upload now = other.upload(RIDE)) {
      Bench.add(before, "a", "x");
      assertThrows(UploadClosedException.class, before::submit);
      now.abandon();
    }
    assertNothingIsKept();
  }

  @Test
  void aFirstPartThatAnotherHasFollowedForLong_leavesNothingThatIsKept() {
    try (Upload before = engine.upload(RIDE)) {
      Bench.add(before, "a", "x");
      try (Upload now = bench.engine(Bench.copying()).upload(RIDE)) {
        bench.time.advance(LifeMarks.BRIEF.plusSeconds(1));
        assertThrows(UploadClosedException.class, before::submit);
        now.abandon();
      }
    }
    assertNothingIsKept();
  }

  @Test
  void aLargeFirstPartThatAnotherHasFollowed_leavesNothingThatIsKept() {
    try (Upload before = engine.upload(RIDE)) {
      before.add(ItemName.of("large"), new byte[1 << 20]);
      try (Upload now = bench.engine(Bench.copying()).upload(RIDE)) {
        assertThrows(UploadClosedException.class, before::submit);
        now.abandon();
      }
    }
    assertNothingIsKept();
  }

  private void assertNothingIsKept() {
    for (int i = 0; i < 2; i++) {
      bench.time.advance(bench.limits.idleTime().plusSeconds(1));
      engine.sweeper().tick();
    }
    assertEquals(List.of(), bench.content.keys());
    assertEquals(List.of(), bench.alertCodes());
  }

  @Test
  void aLedgerThatDoesNotAnswer_leavesItUnknown() {
    AtomicBoolean isOut = new AtomicBoolean();
    FaultingLedger ledger =
        new FaultingLedger(
            bench.watchedLedger,
            call ->
                isOut.get() && call.method().equals("abandon")
                    ? new Fault.FailBefore()
                    : Fault.NONE);
    try (Upload upload = bench.engine(ledger, bench.watchedContent, Bench.copying()).upload(RIDE)) {
      isOut.set(true);
      assertThrows(OutcomeUnknownException.class, upload::abandon);
      assertEquals(1, open());
      isOut.set(false);
      upload.abandon();
      assertEquals(0, open());
    }
  }
}
