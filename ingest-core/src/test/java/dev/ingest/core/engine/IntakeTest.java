package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Expectation;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.ItemRefusedException.Reason;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.QuotaExceededException;
import dev.ingest.core.SequenceConflictException;
import dev.ingest.core.Stage;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadClosedException;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Uploads: what is taken, what is refused, what resumes, what a receipt promises. */
final class IntakeTest {

  private static final ItemName A = ItemName.of("a");

  private final Bench bench = new Bench();

  @AfterEach
  void everyInvariant_holds() {
    bench.checkInvariants();
  }

  @Test
  void receipt_carriesTheRootThatAnyoneCanCompute() {
    Receipt receipt = Bench.submit(bench.engine(Bench.copying()), RIDE, "a", "x", "b", "yy");
    Manifest manifest = Manifest.of(List.of(item("a", "x"), item("b", "yy")));
    assertEquals(manifest.summary(), receipt.manifest());
    assertEquals(Bench.START, receipt.acceptedAt());
    assertEquals(Bench.START.plus(Duration.ofHours(1)), receipt.deadline());
    assertEquals(Bench.START.plus(Duration.ofDays(30)), receipt.expiresAt());
  }

  @Test
  void sameBytesAgain_giveTheSameReceipt() {
    Engine engine = bench.engine(Bench.copying());
    Receipt first = Bench.submit(engine, RIDE, "a", "x");
    bench.time.advance(Duration.ofMinutes(5));
    assertEquals(first, Bench.submit(engine, RIDE, "a", "x"));
    bench.run(engine);
    assertEquals(first, Bench.submit(engine, RIDE, "a", "x"));
    assertEquals(1, bench.kinds(RIDE).stream().filter(k -> k.name().equals("ACCEPTED")).count());
  }

  @Test
  void otherBytesUnderTheSameId_conflictAndChangeNothing() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    assertThrows(SequenceConflictException.class, () -> Bench.submit(engine, RIDE, "a", "other"));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void sameIdOfAnotherOwner_isAnotherSequence() {
    Engine engine = bench.engine(Bench.copying());
    Receipt mine = Bench.submit(engine, RIDE, "a", "x");
    SequenceKey other = SequenceKey.of("bob", "ride-1");
    Receipt theirs = Bench.submit(engine, other, "a", "other");
    assertNotEquals(mine.manifest().root(), theirs.manifest().root());
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(State.VERIFIED, bench.state(other));
  }

  @Test
  void bytesThatWereStoredAndNotRecorded_standInNobodysWay() {
    FaultingLedger ledger =
        new FaultingLedger(
            bench.watchedLedger,
            call -> call.method().equals("record") ? new Fault.FailBefore() : new Fault.None());
    Engine cut = bench.engine(ledger, bench.watchedContent, Bench.copying());
    try (Upload upload = cut.upload(RIDE)) {
      for (int i = 0; i < 255; i++) {
        Bench.add(upload, "item-" + i, "x");
      }
      assertThrows(OutcomeUnknownException.class, () -> Bench.add(upload, "item-255", "x"));
    }
    assertEquals(256, bench.content.size());
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "item-0", "other");
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void reuploadOfAFailedSequence_repairsIt() {
    AtomicBoolean bad = new AtomicBoolean(true);
    Stage stage =
        Stage.perItem(
            "moody",
            1,
            (item, context) -> {
              if (bad.get()) {
                throw new PermanentStageException("not today");
              }
              context.emit(item.name(), item.open());
            });
    Engine engine = bench.engine(Bench.pipeline(stage));
    Receipt first = Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.FAILED, bench.state(RIDE));
    bad.set(false);
    bench.time.advance(Duration.ofDays(2));
    Receipt second = Bench.submit(engine, RIDE, "a", "x");
    assertTrue(second.acceptedAt().isAfter(first.acceptedAt()));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(2, bench.entry(RIDE).run().epoch());
    assertTrue(engine.verify(bench.entry(RIDE)).isClean());
  }

  @Test
  void uploadThatWasInterrupted_resumesItemByItem() throws IOException {
    Engine engine = bench.engine(Bench.copying());
    try (Upload upload = engine.upload(RIDE)) {
      for (int i = 0; i < 300; i++) {
        Bench.add(upload, "item-" + i, "text " + i);
      }
    }
    // 256 items had passed the barrier; the process is gone with the rest.
    Engine restarted = bench.engine(Bench.copying());
    try (Upload upload = restarted.upload(RIDE)) {
      assertTrue(upload.recorded(ItemName.of("item-255")).isPresent());
      assertTrue(upload.recorded(ItemName.of("item-256")).isEmpty());
      upload.add(
          ItemName.of("item-7"),
          OptionalLong.of(6),
          Optional.of(Digest.ofUtf8("text 7")),
          unreadable());
      for (int i = 250; i < 300; i++) {
        Bench.add(upload, "item-" + i, "text " + i);
      }
      assertEquals(300, upload.submit().manifest().count());
    }
    bench.run(restarted);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(List.of(0, 256), bench.entry(RIDE).raw().partStarts());
    assertTrue(restarted.verify(bench.entry(RIDE)).isClean());
  }

  @Test
  void itemThatWasRecordedAtOnce_isFoundByTheNextPart() {
    Engine engine = bench.engine(Bench.copying());
    try (Upload upload = engine.upload(RIDE)) {
      Bench.add(upload, "a", "x");
      upload.record();
      upload.record();
      Bench.add(upload, "b", "y");
    }
    Engine restarted = bench.engine(Bench.copying());
    try (Upload upload = restarted.upload(RIDE)) {
      assertTrue(upload.recorded(ItemName.of("a")).isPresent());
      assertTrue(upload.recorded(ItemName.of("b")).isEmpty());
      Bench.add(upload, "b", "y");
      assertEquals(2, upload.submit().manifest().count());
      assertThrows(UploadClosedException.class, upload::record);
    }
    bench.run(restarted);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertTrue(restarted.verify(bench.entry(RIDE)).isClean());
  }

  @Test
  void resumedItemWithOtherBytes_isRefused() {
    Engine engine = bench.engine(Bench.copying());
    try (Upload upload = engine.upload(RIDE)) {
      for (int i = 0; i < 256; i++) {
        Bench.add(upload, "item-" + i, "text " + i);
      }
    }
    try (Upload upload = engine.upload(RIDE)) {
      assertRefused(Reason.OTHER_BYTES, () -> Bench.add(upload, "item-3", "text x"));
      assertRefused(Reason.OTHER_BYTES, () -> Bench.add(upload, "item-3", "longer than text 3"));
      assertRefused(
          Reason.OTHER_BYTES,
          () ->
              upload.add(
                  ItemName.of("item-3"),
                  OptionalLong.empty(),
                  Optional.empty(),
                  new ByteArrayInputStream(new byte[100])));
      assertEquals(256, upload.submit().manifest().count());
    }
  }

  @Test
  void resumedItem_isReadNoFurtherThanShowsThatItDiffers() throws IOException {
    Engine engine = bench.engine(Bench.copying());
    try (Upload upload = engine.upload(RIDE)) {
      Bench.add(upload, "a", "text 3");
      upload.record();
    }
    Optional<Digest> none = Optional.empty();
    Optional<Digest> other = Optional.of(Digest.ofUtf8("text x"));
    InputStream longer = new ByteArrayInputStream(new byte[100]);
    try (Upload upload = engine.upload(RIDE)) {
      assertRefused(
          Reason.OTHER_BYTES, () -> upload.add(A, OptionalLong.of(7), none, unreadable()));
      assertRefused(
          Reason.OTHER_BYTES, () -> upload.add(A, OptionalLong.of(6), other, unreadable()));
      ItemRefusedException refused =
          assertThrows(
              ItemRefusedException.class, () -> upload.add(A, OptionalLong.empty(), none, longer));
      assertTrue(refused.toString().contains("more bytes than the recorded 6"), refused.toString());
      assertEquals(93, longer.available());
      Bench.add(upload, "a", "text 3");
      assertEquals(1, upload.submit().manifest().count());
    }
  }

  @Test
  void olderPartOfAResumedSession_canNeitherRecordNorSubmit() {
    Engine engine = bench.engine(Bench.copying());
    Upload first = engine.upload(RIDE);
    Bench.add(first, "a", "x");
    try (Upload second = engine.upload(RIDE)) {
      assertThrows(UploadClosedException.class, first::record);
      assertThrows(UploadClosedException.class, first::submit);
      Bench.add(second, "a", "y");
      second.submit();
    }
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertTrue(engine.verify(bench.entry(RIDE)).isClean());
  }

  @Test
  void announcedLengthAndDigest_areHeldTo() throws IOException {
    try (Upload upload = bench.engine(Bench.copying()).upload(RIDE)) {
      assertThrows(ItemRefusedException.class, () -> add(upload, 3, Optional.empty(), "xxxx"));
      assertThrows(ItemRefusedException.class, () -> add(upload, 5, Optional.empty(), "xxxx"));
      assertThrows(ItemRefusedException.class, () -> add(upload, -1, Optional.empty(), "xxxx"));
      assertThrows(
          ItemRefusedException.class,
          () -> add(upload, 4, Optional.of(Digest.ofUtf8("yyyy")), "xxxx"));
      assertEquals(0, bench.content.size(), "nothing of it was stored");
      add(upload, 4, Optional.of(Digest.ofUtf8("xxxx")), "xxxx");
      assertEquals(1, upload.submit().manifest().count());
    }
  }

  @Test
  void digestsSwappedBetweenItems_areRefused() {
    Digest ofA = Digest.ofUtf8("first");
    Digest ofB = Digest.ofUtf8("other");
    try (Upload upload = bench.engine(Bench.copying()).upload(RIDE)) {
      assertThrows(ItemRefusedException.class, () -> add(upload, 5, Optional.of(ofB), "first"));
      assertThrows(ItemRefusedException.class, () -> add(upload, 5, Optional.of(ofA), "other"));
    }
  }

  @Test
  void endlessBody_isCutOffAtTheLimit() {
    bench.limits =
        new IntakeLimits(10, 100_000, 1_000_000, OwnerQuota.UNLIMITED, Duration.ofDays(1));
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] buffer, int offset, int length) {
            Arrays.fill(buffer, offset, offset + length, (byte) 'x');
            return length;
          }
        };
    try (Upload upload = bench.engine(Bench.copying()).upload(RIDE)) {
      assertRefused(
          Reason.OVER_LIMIT, () -> upload.add(A, OptionalLong.empty(), Optional.empty(), endless));
      Bench.add(upload, "a", "short");
      upload.submit();
    }
  }

  @Test
  void bodyThatFails_leavesTheUploadUsable() throws IOException {
    try (Upload upload = bench.engine(Bench.copying()).upload(RIDE)) {
      IOException thrown =
          assertThrows(
              IOException.class,
              () -> upload.add(A, OptionalLong.empty(), Optional.empty(), unreadable()));
      assertEquals("the line is dead", thrown.getMessage());
      Bench.add(upload, "a", "x");
      assertEquals(1, upload.submit().manifest().count());
    }
  }

  @Test
  void emptyItem_isAnItem() {
    Engine engine = bench.engine(Bench.copying());
    Receipt receipt = Bench.submit(engine, RIDE, "empty", "");
    assertEquals(0, receipt.manifest().bytes());
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void sequenceWithoutItems_isRefused() {
    try (Upload upload = bench.engine(Bench.copying()).upload(RIDE)) {
      assertRefused(Reason.NO_ITEMS, upload::submit);
    }
  }

  @Test
  void twinNames_areRefused() {
    try (Upload upload = bench.engine(Bench.copying()).upload(RIDE)) {
      Bench.add(upload, "IMG.jpg", "x", "caf\u00e9", "y");
      assertRefused(Reason.NAME_TAKEN, () -> Bench.add(upload, "img.JPG", "z"));
      assertRefused(Reason.NAME_TAKEN, () -> Bench.add(upload, "cafe\u0301", "z"));
      assertRefused(Reason.NAME_TAKEN, () -> Bench.add(upload, "IMG.jpg", "z"));
      assertEquals(2, upload.submit().manifest().count());
    }
  }

  @Test
  void quota_isReservedBeforeBytesAreTaken() {
    bench.limits = IntakeLimits.DEFAULT.withQuota(new OwnerQuota(2, 10));
    Engine engine = bench.engine(Bench.copying());
    try (Upload upload = engine.upload(RIDE)) {
      Bench.add(upload, "a", "12345678");
      assertThrows(QuotaExceededException.class, () -> Bench.add(upload, "b", "123"));
      Bench.add(upload, "b", "12");
      upload.submit();
    }
    SequenceKey another = SequenceKey.of("alice", "ride-2");
    try (Upload upload = engine.upload(another)) {
      assertThrows(QuotaExceededException.class, () -> Bench.add(upload, "a", "1"));
    }
    try (Upload upload = engine.upload(SequenceKey.of("bob", "ride-2"))) {
      Bench.add(upload, "a", "1");
    }
  }

  @Test
  void openSessionsPastTheQuota_areRefused() {
    bench.limits = IntakeLimits.DEFAULT.withQuota(new OwnerQuota(2, 1_000));
    Engine engine = bench.engine(Bench.copying());
    engine.upload(SequenceKey.of("alice", "one")).close();
    engine.upload(SequenceKey.of("alice", "two")).close();
    assertThrows(
        QuotaExceededException.class, () -> engine.upload(SequenceKey.of("alice", "three")));
  }

  @Test
  void itemsPastTheLimit_areRefused() {
    bench.limits = new IntakeLimits(2, 1_000, 1_000, OwnerQuota.UNLIMITED, Duration.ofDays(1));
    try (Upload upload = bench.engine(Bench.copying()).upload(RIDE)) {
      Bench.add(upload, "a", "x", "b", "y");
      assertRefused(Reason.OVER_LIMIT, () -> Bench.add(upload, "c", "z"));
      assertEquals(2, upload.submit().manifest().count());
    }
  }

  @Test
  void idleSession_isAbandonedBeforeItsBytesGo() {
    Engine engine = bench.engine(Bench.copying());
    Upload paused = engine.upload(RIDE);
    for (int i = 0; i < 256; i++) {
      Bench.add(paused, "item-" + i, "x");
    }
    assertEquals(256, bench.content.size());
    bench.time.advance(Duration.ofHours(25));
    engine.sweeper().tick();
    assertEquals(256, bench.content.size(), "bytes stay for the grace period");
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    assertEquals(0, bench.content.size());
    assertThrows(UploadClosedException.class, paused::submit);
    assertEquals(List.of(), bench.ledger.ledger().find(List.of(RIDE)).get(0).stream().toList());
    Bench.submit(engine, RIDE, "item-0", "x");
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void manifestThatTheLedgerDoesNotKnow_isQuarantined() {
    Engine engine = bench.engine(Bench.copying());
    // What a ledger restored from a backup sees: an open session whose manifest is stored.
    Engine cut = bench.engine(bench.ledgerWithoutCommits(), bench.watchedContent, Bench.copying());
    try (Upload again = cut.upload(RIDE)) {
      Bench.add(again, "a", "x");
      assertThrows(RuntimeException.class, again::submit);
    }
    int stored = bench.content.size();
    bench.time.advance(Duration.ofHours(25));
    engine.sweeper().tick();
    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    assertEquals(stored, bench.content.size(), "nothing is deleted by itself");
    assertEquals(List.of("ACCEPTANCE_UNKNOWN"), bench.alertCodes());
  }

  @Test
  void uploadAfterAClose_takesNothing() {
    Upload upload = bench.engine(Bench.copying()).upload(RIDE);
    upload.close();
    assertThrows(UploadClosedException.class, () -> Bench.add(upload, "a", "x"));
    assertFalse(bench.ledger.ledger().find(List.of(RIDE)).get(0).isPresent());
  }

  @Test
  void newSequences_goToTheFirstPipeline() {
    Pipeline first = Bench.copying();
    Pipeline second =
        Pipeline.named("other").stage(Stage.copy()).expect(Expectation.onePerItem()).build();
    Bench.submit(bench.engine(first, second), RIDE, "a", "x");
    assertEquals(first.ref(), bench.entry(RIDE).run().pipeline());
  }

  private static void assertRefused(Reason expected, Executable action) {
    assertEquals(expected, assertThrows(ItemRefusedException.class, action).reason());
  }

  private static void add(Upload upload, long length, Optional<Digest> digest, String text)
      throws IOException {
    upload.add(
        A,
        OptionalLong.of(length),
        digest,
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static ManifestItem item(String name, String text) {
    return new ManifestItem(ItemName.of(name), text.length(), Digest.ofUtf8(text));
  }

  private static InputStream unreadable() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException("the line is dead");
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        throw new IOException("the line is dead");
      }
    };
  }
}
