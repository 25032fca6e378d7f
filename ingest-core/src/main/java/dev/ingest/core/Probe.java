package dev.ingest.core;

/**
 * A read-back of an effect outside the content store: a row, a message, an index entry.
 * Thread-safe. A probe that throws counts as UNKNOWN.
 */
public interface Probe {

  /**
   * Names the probe for messages.
   *
   * @return a short name
   */
  String name();

  /**
   * Reads the effect back.
   *
   * @param evidence the sequence and its candidate
   * @return whether the effect is there
   * @throws Exception if it cannot be found out
   */
  Verdict check(Evidence evidence) throws Exception;
}
