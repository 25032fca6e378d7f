package dev.ingest.spi.content;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;

/**
 * What a content store can do; the engine compares it with what the configuration needs before any
 * byte moves, and refuses to start on a mismatch.
 *
 * @param durable whether committed bytes survive a crash of this process and of its machine
 * @param shared whether other processes see the same bytes
 * @param independentReads whether {@link ReadPurpose#PROVE} reads reach past every cache that the
 *     writer filled
 * @param maxItemBytes the largest item that can be stored, 1 or more
 */
public record ContentCapabilities(
    boolean durable, boolean shared, boolean independentReads, long maxItemBytes) {

  /**
   * Validates the size.
   *
   * @param durable whether committed bytes survive a crash of this process and of its machine
   * @param shared whether other processes see the same bytes
   * @param independentReads whether {@link ReadPurpose#PROVE} reads reach past every cache that the
   *     writer filled
   * @param maxItemBytes the largest item that can be stored
   */
  public ContentCapabilities {
    if (maxItemBytes < 1) {
      throw new InvalidValueException(
          Kind.NUMBER, Long.toString(maxItemBytes), "the largest item has 1 byte or more");
    }
  }
}
