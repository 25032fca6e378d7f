package dev.ingest.micrometer;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The values that a tag may take, so that no name that comes from outside makes series without end:
 * those that come first are kept, and all others are {@value #OTHER}. Thread-safe.
 *
 * @param <T> a value, or several that belong together
 */
final class Bounded<T> {

  /** What stands for everything beyond the bound. */
  static final String OTHER = "other";

  private final int most;
  private final T other;
  private final Set<T> kept = ConcurrentHashMap.newKeySet();

  /**
   * Creates one that has seen nothing.
   *
   * @param most how many are kept, 1 or more
   * @param other what stands for the others
   */
  Bounded(int most, T other) {
    this.most = most;
    this.other = other;
  }

  /** Returns the value, or what stands for it. */
  T of(T value) {
    return kept.contains(value) || admits(value) ? value : other;
  }

  private synchronized boolean admits(T value) {
    return kept.contains(value) || (kept.size() < most && kept.add(value));
  }
}
