package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Finding;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.SequenceConflictException;
import dev.ingest.core.Stage;
import dev.ingest.core.Upload;
import dev.ingest.core.UploadAction;
import dev.ingest.core.Verdict;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The engine does the same on every pair of stores. */
@ParameterizedClass(name = "{0}")
@EnumSource(Backend.Kind.class)
@Timeout(120)
@Tag("programme")
final class BackendsTest {

  private static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");
  private static final ItemName SMALL = ItemName.of("a.txt");
  private static final ItemName LARGE = ItemName.of("b.bin");
  private static final int RECORDED = 256;
  private static final byte[] TEXT = "wet road".getBytes(StandardCharsets.UTF_8);

  private final Backend backend;

  BackendsTest(Backend.Kind kind, @TempDir Path temp) throws IOException, SQLException {
    this.backend = Backend.make(kind, temp);
  }

  @AfterEach
  void close() throws SQLException {
    backend.close();
  }

  @Test
  void sequence_isVerifiedAndItsResultIsItsBytes() throws IOException {
    byte[] large = bytes(9 << 20);
    try (Stores stores = open();
        Ingest ingest = engine(stores, copying()).build()) {
      Receipt receipt = ingest.submit(KEY, upload -> upload.add(SMALL, TEXT).add(LARGE, large));
      assertEquals(TEXT.length + large.length, receipt.manifest().bytes());

      assertTrue(ingest.runUntilIdle());

      Entry entry = ingest.find(KEY).orElseThrow();
      assertEquals(State.VERIFIED, entry.state());
      assertEquals(receipt, entry.receipt());
      assertArrayEquals(TEXT, result(ingest, SMALL));
      assertArrayEquals(large, result(ingest, LARGE));
      assertEquals(List.of(), ingest.verify(KEY).orElseThrow().findings());
    }
  }

  @Test
  void sameBytesAgain_giveTheSameReceiptAndOthersAreAConflict() throws IOException {
    UploadAction same = upload -> upload.add(SMALL, TEXT);
    try (Stores stores = open();
        Ingest ingest = engine(stores, copying()).build()) {
      Receipt receipt = ingest.submit(KEY, same);
      assertEquals(receipt, ingest.submit(KEY, same));
      assertTrue(ingest.runUntilIdle());
      assertEquals(receipt, ingest.submit(KEY, same));

      assertThrows(
          SequenceConflictException.class,
          () -> ingest.submit(KEY, upload -> upload.add(SMALL, new byte[] {1})));

      assertEquals(State.VERIFIED, ingest.find(KEY).orElseThrow().state());
      assertArrayEquals(TEXT, result(ingest, SMALL));
    }
  }

  @Test
  void stageThatCanNeverSucceed_failsItsSequenceWithAnAlertAndHoldsItsBytes() throws IOException {
    Stage refusing =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              throw new PermanentStageException("item " + item.name() + " is no photograph");
            });
    try (Stores stores = open();
        Ingest ingest = engine(stores, pipeline(refusing)).withoutWatch().build()) {
      ingest.submit(KEY, upload -> upload.add(SMALL, TEXT));
      assertTrue(ingest.runUntilIdle());

      Entry entry = ingest.find(KEY).orElseThrow();
      assertEquals(State.FAILED, entry.state());
      assertTrue(entry.standing().failure().orElseThrow().message().contains("a.txt"));
      assertEquals(Optional.empty(), ingest.result(KEY));
      AlertDigest digest = stores.ledger().alerts().seal();
      assertEquals(1, digest.lines().size());
      assertEquals("SEQUENCE_FAILED", digest.lines().get(0).group().code());
      assertEquals(List.of(KEY), digest.lines().get(0).samples());
      assertEquals(
          List.of(Finding.Kind.NOT_VERIFIED),
          ingest.verify(KEY).orElseThrow().findings().stream().map(Finding::kind).toList());
    }
  }

  @Test
  void damageBelowTheAdapter_isNamedAndNotHandedOut() throws IOException, SQLException {
    try (Stores stores = open();
        Ingest ingest = engine(stores, copying()).build()) {
      ingest.submit(KEY, upload -> upload.add(SMALL, TEXT).add(LARGE, bytes(1_000)));
      assertTrue(ingest.runUntilIdle());

      backend.flip("raw", TEXT);
      assertEquals(List.of("RAW_DIFFERS a.txt"), findings(ingest));
      backend.flip("run", bytes(1_000));
      assertEquals(List.of("RAW_DIFFERS a.txt", "RESULT_DIFFERS b.bin"), findings(ingest));

      assertThrows(Exception.class, () -> result(ingest, LARGE));
      assertArrayEquals(TEXT, result(ingest, SMALL));
    }
  }

  @Test
  void engineStoppedInTheMiddle_isContinuedByTheNext() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    Stage stuck =
        Stage.perItem(
            "gate",
            1,
            (item, context) -> {
              entered.countDown();
              new CountDownLatch(1).await();
            });
    Receipt receipt;
    try (Stores stores = open();
        Ingest ingest =
            engine(stores, pipeline(Stage.copy(), stuck))
                .shutdownGrace(Duration.ofMillis(10))
                .build()) {
      receipt = ingest.submit(KEY, upload -> upload.add(SMALL, TEXT));
      ingest.start();
      assertTrue(entered.await(60, TimeUnit.SECONDS));
    }
    Stage open =
        Stage.perItem("gate", 1, (item, context) -> context.emit(item.name(), item.open()));

    try (Stores stores = open();
        Ingest ingest = engine(stores, pipeline(Stage.copy(), open)).build()) {
      Entry before = ingest.find(KEY).orElseThrow();
      assertEquals(State.ACCEPTED, before.state());
      assertEquals("gate@1", before.run().stage().orElseThrow().toString());
      assertEquals(0, before.run().attempts());
      assertTrue(ingest.runUntilIdle());

      assertEquals(State.VERIFIED, ingest.find(KEY).orElseThrow().state());
      assertEquals(receipt, ingest.find(KEY).orElseThrow().receipt());
      assertArrayEquals(TEXT, result(ingest, SMALL));
    }
  }

  @Test
  void uploadStoppedInTheMiddle_isResumedByTheNext() {
    try (Stores stores = open();
        Ingest ingest = engine(stores, copying()).build();
        Upload upload = ingest.upload(KEY)) {
      addRecorded(upload);
    }

    try (Stores stores = open();
        Ingest ingest = engine(stores, copying()).build();
        Upload upload = ingest.upload(KEY)) {
      assertEquals(1, upload.recorded(ItemName.of("0")).orElseThrow().length());
      upload.add(LARGE, bytes(1_000));
      assertEquals(RECORDED + 1, upload.submit().manifest().count());
      assertEquals(State.ACCEPTED, ingest.find(KEY).orElseThrow().state());
    }
  }

  @Test
  void abandonedUpload_isSwept() throws InterruptedException {
    try (Stores stores = open()) {
      Purges purges = new Purges(stores.content().purger(), new LinkedBlockingQueue<>());
      Stores watched =
          new Stores(stores.ledger(), new ContentAccess(stores.content().store(), purges));
      try (Ingest ingest = engine(watched, copying()).build()) {
        try (Upload upload = ingest.upload(KEY)) {
          addRecorded(upload);
        }
        assertEquals(10, keys(stores));
        while (stores
            .ledger()
            .sessions()
            .untouched(SessionState.OPEN, Duration.ofSeconds(1), Optional.empty(), 1)
            .isEmpty()) {
          Thread.onSpinWait();
        }

        ingest.start();
        Permit permit = purges.done().poll(60, TimeUnit.SECONDS);

        assertEquals(Permit.Reason.ABANDONED_SESSION, permit == null ? null : permit.reason());
        assertEquals(0, keys(stores));
        assertEquals(0, stores.ledger().ledger().census(Optional.empty()).openSessions());
      }
    }
  }

  /**
   * Tells of each purge after it was done.
   *
   * @param purger the adapter's
   * @param done the permits
   */
  private record Purges(ContentPurger purger, BlockingQueue<Permit> done) implements ContentPurger {

    @Override
    public List<Outcome> delete(Permit permit) {
      List<Outcome> outcomes = purger.delete(permit);
      done.add(permit);
      return outcomes;
    }
  }

  private Stores open() {
    return backend.place().create(InstantSource.system());
  }

  /** Adds as many items as are made durable and recorded together. */
  private static void addRecorded(Upload upload) {
    for (int i = 0; i < RECORDED; i++) {
      upload.add(ItemName.of(Integer.toString(i)), new byte[] {1});
    }
  }

  private static IngestBuilder engine(Stores stores, Pipeline pipeline) {
    IntakeLimits limits = IntakeLimits.DEFAULT;
    return Ingest.builder()
        .ledger(stores.ledger())
        .content(stores.content())
        .pipeline(pipeline)
        .limits(
            new IntakeLimits(
                limits.maxItems(),
                Math.min(
                    limits.maxItemBytes(), stores.content().store().capabilities().maxItemBytes()),
                limits.maxSequenceBytes(),
                OwnerQuota.UNLIMITED,
                Duration.ofSeconds(1)))
        .sweepGrace(Duration.ofMillis(1));
  }

  private static Pipeline copying() {
    return pipeline(Stage.copy());
  }

  private static Pipeline pipeline(Stage... stages) {
    Pipeline.Builder builder = Pipeline.named("p").expect(evidence -> Verdict.pass());
    for (Stage stage : stages) {
      builder.stage(stage);
    }
    return builder.build();
  }

  private static byte[] result(Ingest ingest, ItemName name) throws IOException {
    try (InputStream in = ingest.result(KEY).orElseThrow().open(name).orElseThrow()) {
      return in.readAllBytes();
    }
  }

  private static List<String> findings(Ingest ingest) {
    return ingest.verify(KEY).orElseThrow().findings().stream()
        .map(finding -> finding.kind() + " " + finding.item().orElseThrow())
        .toList();
  }

  private static int keys(Stores stores) {
    return stores
        .content()
        .store()
        .list(new ContentPrefix("raw"), Optional.empty(), 10)
        .entries()
        .size();
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}
