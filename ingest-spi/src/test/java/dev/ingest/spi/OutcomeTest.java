package dev.ingest.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome.Reason;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  @Test
  void applied_aloneIsApplied() {
    assertTrue(Outcome.APPLIED.isApplied());
    assertEquals(Outcome.APPLIED, new Outcome.Applied());
    assertFalse(Outcome.notApplied(Reason.FENCED, "fence 1, now 2").isApplied());
    assertFalse(new Outcome.Unknown(new IOException("connection reset")).isApplied());
  }

  @Test
  void refusal_keepsItsReason() {
    assertEquals(
        new Outcome.NotApplied(Reason.LIMIT, "10 of 10"),
        Outcome.notApplied(Reason.LIMIT, "10 of 10"));
  }

  /** Two threads whose first use is the interface and its subtype must not wait for each other. */
  @Test
  void firstUseByTwoThreads_doesNotDeadlock() throws Exception {
    URL classes = Outcome.class.getProtectionDomain().getCodeSource().getLocation();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 200; round++) {
        try (URLClassLoader fresh =
            new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
          CountDownLatch start = new CountDownLatch(1);
          Future<Class<?>> outer = initialise(threads, start, fresh, "dev.ingest.spi.Outcome");
          Future<Class<?>> inner =
              initialise(threads, start, fresh, "dev.ingest.spi.Outcome$Applied");
          start.countDown();
          assertEquals(fresh, outer.get(60, TimeUnit.SECONDS).getClassLoader());
          assertEquals(fresh, inner.get(60, TimeUnit.SECONDS).getClassLoader());
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static Future<Class<?>> initialise(
      ExecutorService threads, CountDownLatch start, ClassLoader loader, String name) {
    return threads.submit(
        () -> {
          start.await();
          return Class.forName(name, true, loader);
        });
  }
}
