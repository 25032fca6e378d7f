package dev.ingest.core;

/**
 * Compares what a shadow run made with what is published. Called once both were read back, or were
 * proven before; called again if it throws. Thread-safe.
 */
@FunctionalInterface
public interface ShadowComparator {

  /**
   * Compares item sets by name, length and digest, whatever their order. Keeps what is not matched
   * in memory, at most 100,000 items on each side.
   */
  ShadowComparator BY_ITEMS = new ItemComparator();

  /**
   * Compares two results.
   *
   * @param pair both
   * @return what differs
   * @throws Exception if it came to no conclusion, for which a shadow run has the attempts of a
   *     stage
   */
  ShadowReport compare(ShadowPair pair) throws Exception;
}
