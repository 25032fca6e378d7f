package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Of which sequences a watcher has told lately, so that what stays so for days is told by the hour
 * and not at each look. Keeps the latest {@value #MAX_KEPT}; of more than these, and after a
 * restart, it is told again. For one thread.
 */
final class Told {

  private static final int MAX_KEPT = 10_000;

  private final LongSupplier elapsed;
  private final long again;
  private final Map<SequenceKey, Long> at = new LinkedHashMap<>();

  /**
   * Creates one that knows of nothing.
   *
   * @param elapsed monotonic time in nanoseconds
   * @param again after how long the same is told again
   */
  Told(LongSupplier elapsed, Duration again) {
    this.elapsed = elapsed;
    this.again = again.toNanos();
  }

  /** Tells whether a sequence was told of so lately that it is not to be told of now. */
  boolean isRecent(SequenceKey key) {
    Long before = at.get(key);
    return before != null && elapsed.getAsLong() - before < again;
  }

  /** Tells whether a sequence is to be told of now, and takes it for told. */
  boolean isNew(SequenceKey key) {
    long now = elapsed.getAsLong();
    Long before = at.get(key);
    if (before != null && now - before < again) {
      return false;
    }
    at.remove(key);
    at.put(key, now);
    if (at.size() > MAX_KEPT) {
      at.remove(at.keySet().iterator().next());
    }
    return true;
  }
}
