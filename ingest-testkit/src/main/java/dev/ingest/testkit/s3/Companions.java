package dev.ingest.testkit.s3;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets two requests for one key meet, so that both go on at once. Safe for several threads. */
final class Companions {

  private static final Duration LIMIT = Duration.ofMillis(200);

  private final ConcurrentMap<String, CountDownLatch> waiting = new ConcurrentHashMap<>();

  /** Waits until another request for the key comes, or 200 ms. */
  void meet(String key) {
    CountDownLatch own = new CountDownLatch(1);
    CountDownLatch other = waiting.putIfAbsent(key, own);
    if (other != null) {
      waiting.remove(key, other);
      other.countDown();
      return;
    }
    try {
      boolean met = own.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (!met) {
        waiting.remove(key, own);
      }
    } catch (InterruptedException e) {
      waiting.remove(key, own);
      Thread.currentThread().interrupt();
    }
  }
}
