package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.IOError;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Engines with threads, whose service throws what nobody declared. */
@Timeout(120)
final class UnforeseenErrorsTest {

  private static IngestBuilder builder() {
    return Ingest.builder()
        .ledger(new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 1)))
        .content(new InMemoryContent().access())
        .allowVolatileStores()
        .limits(new IntakeLimits(10, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .pipeline(
            Pipeline.named("test").expect(Expectation.onePerItem()).stage(Stage.copy()).build());
  }

  private static SequenceKey key(int number) {
    return SequenceKey.of("alice", "ride-" + number);
  }

  private static Receipt submit(Ingest ingest, int number) {
    try {
      return ingest.submit(key(number), upload -> upload.add(ItemName.of("a"), new byte[] {1}));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> void raise(Throwable thrown) throws E {
    throw (E) thrown;
  }

  @Test
  void meterThatThrowsAnError_letsASubmitReturn() throws Exception {
    EngineMeter meter =
        new EngineMeter() {
          @Override
          public void committed(Transition transition) {
            throw new IOError(new IOException("the file of the gauges is gone"));
          }
        };
    try (Ingest ingest = builder().meter(meter).build()) {
      CompletableFuture<Receipt> receipt = CompletableFuture.supplyAsync(() -> submit(ingest, 1));
      assertEquals(key(1), receipt.get(30, TimeUnit.SECONDS).key());
    }
  }

  @Test
  void listenerThatThrowsACheckedException_costsNoPlaceOfTheWork() {
    AtomicInteger published = new AtomicInteger();
    EngineListener listener =
        new EngineListener() {
          @Override
          public void published(Entry entry) {
            published.incrementAndGet();
            UnforeseenErrorsTest.<RuntimeException>raise(new IOException("undeclared"));
          }
        };
    try (Ingest ingest =
        builder().work(WorkPolicy.DEFAULT.withParallelism(2)).listener(listener).build()) {
      ingest.start();
      for (int i = 0; i < 8; i++) {
        submit(ingest, i);
      }
      CompletableFuture<Boolean> idle = CompletableFuture.supplyAsync(ingest::runUntilIdle);
      assertTrue(idle.orTimeout(40, TimeUnit.SECONDS).join());
      for (int i = 0; i < 8; i++) {
        assertEquals("VERIFIED", ingest.find(key(i)).orElseThrow().state().name());
      }
    }
    assertEquals(8, published.get());
  }

  private record Sink(String name, CountDownLatch sent, Runnable then) implements AlertSink {

    @Override
    public void send(AlertMessage message) {
      if (message instanceof AlertMessage.Digest) {
        sent.countDown();
      }
      then.run();
    }

    @Override
    public void close() {}
  }

  @Test
  void sinkThatThrowsACheckedException_isAskedAgain() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    Sink broken =
        new Sink(
            "broken",
            asked,
            () -> UnforeseenErrorsTest.<RuntimeException>raise(new IOException("undeclared")));
    try (Ingest ingest = builder().sink(broken).build()) {
      ingest.start();
      assertTrue(asked.await(60, TimeUnit.SECONDS), "the pump goes on");
    }
  }
}
