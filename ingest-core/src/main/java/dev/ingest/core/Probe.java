package dev.ingest.core;

import java.time.Duration;

/**
 * A read-back of an effect outside the content store: a row, a message, an index entry. It takes a
 * path that shares no cache and no transaction with whoever made the effect. Thread-safe: one
 * instance is asked of many sequences at a time.
 *
 * <p>A probe that throws, returns nothing or does not answer within its time counts as UNKNOWN,
 * which publishes nothing, is told and asked again. One that does not answer is interrupted; should
 * it go on, its thread is lost until it returns, and as many threads as sequences are verified at a
 * time are lost at most.
 */
public interface Probe {

  /**
   * Names the probe for messages.
   *
   * @return a short name
   */
  String name();

  /**
   * Bounds how long an answer may take.
   *
   * @return 1 ms to {@link Pipeline#LONGEST_PROBE}; 30 s unless overridden
   */
  default Duration timeLimit() {
    return Duration.ofSeconds(30);
  }

  /**
   * Reads the effect back.
   *
   * @param evidence the sequence and its candidate, for this call and thread alone
   * @return whether the effect is there
   * @throws Exception if it cannot be found out
   */
  Verdict check(Evidence evidence) throws Exception;
}
