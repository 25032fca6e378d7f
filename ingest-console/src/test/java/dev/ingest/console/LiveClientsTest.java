package dev.ingest.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No page, nor what its container throws, keeps the others from being told. */
@Timeout(30)
final class LiveClientsTest {

  private static final Duration QUICK = Duration.ofMillis(1);

  private final AtomicInteger ended = new AtomicInteger();
  private final CountDownLatch told = new CountDownLatch(50);

  /** A stream that is asked for each event. */
  private static final class Asked extends OutputStream {

    private final Runnable each;

    Asked(Runnable each) {
      this.each = each;
    }

    @Override
    public void write(int one) {
      each.run();
    }

    @Override
    public void write(byte[] event) {
      each.run();
    }
  }

  private static LiveClients clients(Runnable reading) {
    return new LiveClients(
        2,
        QUICK,
        () -> {
          reading.run();
          return Snapshot.unknown(1, "a test");
        });
  }

  private void endBadly() {
    ended.incrementAndGet();
    throw new IllegalArgumentException("the request is recycled");
  }

  @Test
  void pageThatCannotBeEnded_keepsNoOtherFromBeingTold() throws Exception {
    try (LiveClients clients = clients(() -> {})) {
      clients.add(
          new Asked(
              () -> {
                throw new NoClassDefFoundError("org/example/Valve");
              }),
          this::endBadly);
      clients.add(new Asked(told::countDown), ended::incrementAndGet);
      assertTrue(told.await(20, TimeUnit.SECONDS));
      assertEquals(1, clients.size());
      assertEquals(1, ended.get());
    }
  }

  @Test
  void readingThatBreaksOff_keepsNoPageFromBeingTold() throws Exception {
    try (LiveClients clients =
        clients(
            () -> {
              throw new OutOfMemoryError("Java heap space");
            })) {
      clients.add(new Asked(told::countDown), ended::incrementAndGet);
      assertTrue(told.await(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void pagesThatCannotBeEnded_areEachEndedOnceAtTheClose() {
    LiveClients clients = clients(() -> {});
    clients.add(OutputStream.nullOutputStream(), this::endBadly);
    clients.add(OutputStream.nullOutputStream(), this::endBadly);
    clients.close();
    clients.close();
    assertEquals(2, ended.get());
    assertEquals(0, clients.size());
  }
}
