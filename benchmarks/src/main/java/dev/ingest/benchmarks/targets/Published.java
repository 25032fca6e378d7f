package dev.ingest.benchmarks.targets;

import dev.ingest.core.EngineListener;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Remembers when each sequence was published, by the monotonic clock. */
final class Published implements EngineListener {

  private static final long PATIENCE_SECONDS = 120;

  private final Map<SequenceKey, CompletableFuture<Long>> ends = new ConcurrentHashMap<>();

  /** Waits for a sequence to be published, and forgets it. */
  long await(SequenceKey key) throws InterruptedException {
    try {
      return end(key).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new IllegalStateException(key + " was not published", e);
    } finally {
      ends.remove(key);
    }
  }

  @Override
  public void published(Entry entry) {
    end(entry.key()).complete(System.nanoTime());
  }

  @Override
  public void failed(Entry entry) {
    end(entry.key()).completeExceptionally(new IllegalStateException(entry + " has failed"));
  }

  private CompletableFuture<Long> end(SequenceKey key) {
    return ends.computeIfAbsent(key, absent -> new CompletableFuture<>());
  }
}
