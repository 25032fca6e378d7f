package dev.ingest.spi.content;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.util.List;

/**
 * What a content store can do. Before any byte moves the engine refuses to start over one that is
 * not durable, whose largest item is too small, or whose backend deletes too early, unless the
 * configuration accepts it. What else is said here is for whoever deploys.
 *
 * @param durable whether committed bytes survive a crash of this process and of its machine
 * @param shared whether other processes see the same bytes, without which nodes cannot work in
 *     several processes; no engine judges it, as none knows at its start which others will come
 * @param independentReads whether {@link ReadPurpose#PROVE} reads reach past every cache that the
 *     writer filled
 * @param maxItemBytes the largest item that can be stored, 1 or more
 * @param deletionRules by which the backend deletes bytes by itself, as it was when it was opened,
 *     without those that were accepted by name; {@link ContentUpkeep#deletionRules()} reads them
 *     again
 */
public record ContentCapabilities(
    boolean durable,
    boolean shared,
    boolean independentReads,
    long maxItemBytes,
    List<DeletionRule> deletionRules) {

  /**
   * Validates the size.
   *
   * @param durable whether committed bytes survive a crash of this process and of its machine
   * @param shared whether other processes see the same bytes
   * @param independentReads whether {@link ReadPurpose#PROVE} reads reach past every cache that the
   *     writer filled
   * @param maxItemBytes the largest item that can be stored
   * @param deletionRules by which the backend deletes bytes by itself
   */
  public ContentCapabilities {
    deletionRules = List.copyOf(deletionRules);
    if (maxItemBytes < 1) {
      throw new InvalidValueException(
          Kind.NUMBER, Long.toString(maxItemBytes), "the largest item has 1 byte or more");
    }
  }

  /**
   * Of a backend that deletes nothing by itself.
   *
   * @param durable whether committed bytes survive a crash of this process and of its machine
   * @param shared whether other processes see the same bytes
   * @param independentReads whether {@link ReadPurpose#PROVE} reads reach past every cache that the
   *     writer filled
   * @param maxItemBytes the largest item that can be stored, 1 or more
   */
  public ContentCapabilities(
      boolean durable, boolean shared, boolean independentReads, long maxItemBytes) {
    this(durable, shared, independentReads, maxItemBytes, List.of());
  }
}
