package dev.ingest.spi.content;

import dev.ingest.spi.Digest;

/**
 * A digest together with how it is known, since a digest that merely comes back proves nothing.
 *
 * @param digest the digest
 * @param provenance how it is known
 */
public record Checksum(Digest digest, Provenance provenance) {

  /** How a store knows a digest. */
  public enum Provenance {
    /** The writer said so and the store repeats it. Proves nothing. */
    ECHOED,
    /** The backend computed it over the stored bytes by itself. */
    BACKEND_COMPUTED,
    /** The adapter read the stored bytes back just now and computed it. */
    READ_BACK
  }

  /**
   * Tells whether this is evidence of what is stored.
   *
   * @return false for {@link Provenance#ECHOED}
   */
  public boolean isEvidence() {
    return provenance != Provenance.ECHOED;
  }
}
