package dev.ingest.core.lifecycle;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;

/** The owner of the engine's own sequences, which no user can be. */
public final class Canary {

  /** The owner's name. */
  public static final OwnerId OWNER = OwnerId.of("ingest:canary");

  private Canary() {}

  /**
   * Tells whether a sequence is a canary.
   *
   * @param key the sequence
   * @return whether it is the engine's own
   */
  public static boolean is(SequenceKey key) {
    return key.owner().equals(OWNER);
  }
}
