package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** The engine with real threads, as a service embeds it. */
@Timeout(60)
final class EmbeddingTest {

  private final InMemoryLedger ledger =
      new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 1));
  private final InMemoryContent content = new InMemoryContent();

  @Test
  void embeddedEngine_takesUploadsAndPublishes() throws IOException {
    try (Ingest ingest = builder(upperCase()).build()) {
      ingest.start();
      List<SequenceKey> keys = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        SequenceKey key = SequenceKey.of("alice", "ride-" + i);
        keys.add(key);
        String text = "ride " + i;
        Receipt receipt =
            ingest.submit(
                key,
                upload ->
                    upload.add(ItemName.of("note.txt"), text.getBytes(StandardCharsets.UTF_8)));
        assertEquals(key, receipt.key());
      }
      assertTrue(ingest.runUntilIdle());
      for (SequenceKey key : keys) {
        assertEquals(State.VERIFIED, ingest.find(key).orElseThrow().state());
        assertTrue(ingest.verify(key).orElseThrow().isClean());
      }
      try (var in =
          ingest.result(keys.get(7)).orElseThrow().open(ItemName.of("note.txt")).orElseThrow()) {
        assertEquals("RIDE 7", new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  @ResourceLock(Resources.LOCALE)
  void locale_changesNothingThatIsStored() throws IOException {
    SequenceKey key = SequenceKey.of("alice", "ride");
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try (Ingest ingest = builder(upperCase()).build()) {
      assertEquals("١", "%d".formatted(1), "this locale has digits of its own");
      ingest.submit(key, upload -> upload.add(ItemName.of("note.txt"), new byte[12]));
      assertTrue(ingest.runUntilIdle());
    } finally {
      Locale.setDefault(before);
    }

    try (Ingest ingest = builder(upperCase()).build()) {
      assertEquals(State.VERIFIED, ingest.find(key).orElseThrow().state());
      assertTrue(ingest.verify(key).orElseThrow().isClean());
      for (HistoryRow row : ledger.ledger().history(key, 0, 100)) {
        assertTrue(row.note().detail().chars().allMatch(c -> c < 0x80), row.note().detail());
      }
    }
  }

  @Test
  void manySubmissionsOfOneId_giveOneEntryAndOneReceipt() throws Exception {
    SequenceKey key = SequenceKey.of("alice", "ride");
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try (Ingest ingest = builder(upperCase()).build()) {
      List<Future<Receipt>> futures = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        futures.add(
            pool.submit(
                () ->
                    ingest.submit(
                        key, upload -> upload.add(ItemName.of("a"), new byte[] {1, 2, 3}))));
      }
      int receipts = 0;
      for (Future<Receipt> future : futures) {
        try {
          Receipt receipt = future.get();
          assertEquals(ingest.find(key).orElseThrow().receipt(), receipt);
          receipts++;
        } catch (ExecutionException e) {
          assertTrue(e.getCause() instanceof UploadClosedException, () -> "" + e.getCause());
        }
      }
      assertTrue(receipts > 0);
      assertEquals(1, ledger.ledger().census(Optional.empty()).total());
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void closing_handsRunningWorkBack() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicInteger cancelled = new AtomicInteger();
    Stage stuck =
        Stage.perItem(
            "stuck",
            1,
            (item, context) -> {
              running.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                cancelled.incrementAndGet();
                throw e;
              }
            });
    SequenceKey key = SequenceKey.of("alice", "ride");
    Ingest ingest =
        builder(Pipeline.named("p").stage(stuck).expect(Expectation.atLeast(1)).build())
            .shutdownGrace(Duration.ofMillis(50))
            .build();
    ingest.start();
    ingest.submit(key, upload -> upload.add(ItemName.of("a"), new byte[] {1}));
    running.await();
    ingest.close();
    assertEquals(1, cancelled.get());
    assertEquals(State.ACCEPTED, ledger.ledger().find(List.of(key)).get(0).orElseThrow().state());
    assertEquals(0, ledger.ledger().find(List.of(key)).get(0).orElseThrow().run().attempts());
  }

  @Test
  void configurationThatCannotKeepThePromise_isRefusedWithEveryMismatch() {
    ConfigurationException refused =
        assertThrows(
            ConfigurationException.class,
            () -> Ingest.builder().ledger(ledger).content(content.access()).build());
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("ledger") && message.contains("not durable"), message);
    assertTrue(message.contains("content store"), message);
    assertTrue(message.contains("no pipeline"), message);
  }

  @Test
  void impossibleTimes_areRefused() {
    Duration day = Duration.ofDays(1);
    assertThrows(ConfigurationException.class, () -> new TimePolicy(day, Duration.ZERO, day));
    assertThrows(ConfigurationException.class, () -> new TimePolicy(day, day.negated(), day));
    assertThrows(ConfigurationException.class, () -> new TimePolicy(day, day, day));
    assertThrows(
        ConfigurationException.class,
        () -> new TimePolicy(day, Duration.ofDays(365L * 10_000), day));
  }

  private IngestBuilder builder(Pipeline pipeline) {
    return Ingest.builder()
        .ledger(ledger)
        .content(content.access())
        .pipeline(pipeline)
        .limits(new IntakeLimits(10, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .allowVolatileStores();
  }

  private static Pipeline upperCase() {
    Stage upper =
        Stage.perItem(
            "upper",
            1,
            (item, context) -> {
              try (var in = item.open()) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                context.emit(
                    item.name(),
                    new ByteArrayInputStream(
                        text.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8)));
              }
            });
    return Pipeline.named("text").stage(upper).expect(Expectation.onePerItem()).build();
  }
}
