package dev.ingest.core;

import dev.ingest.spi.Manifest;
import dev.ingest.spi.ledger.OwnerQuota;
import java.time.Duration;

/**
 * How much may come in.
 *
 * @param maxItems the most items of a sequence, 1 to 1,000,000
 * @param maxItemBytes the largest item, in bytes, 1 or more
 * @param maxSequenceBytes the largest sequence, in bytes, 1 or more
 * @param quota what one owner may hold
 * @param idleTime after what time without progress an upload session is abandoned, 1 s or more
 */
public record IntakeLimits(
    int maxItems, long maxItemBytes, long maxSequenceBytes, OwnerQuota quota, Duration idleTime) {

  /** 1,000,000 items, 1 TiB per item and sequence, no quota, one day of idle time. */
  public static final IntakeLimits DEFAULT =
      new IntakeLimits(
          Manifest.MAX_ITEMS, 1L << 40, 1L << 40, OwnerQuota.UNLIMITED, Duration.ofDays(1));

  /**
   * Validates the bounds.
   *
   * @param maxItems the most items of a sequence
   * @param maxItemBytes the largest item
   * @param maxSequenceBytes the largest sequence
   * @param quota what one owner may hold
   * @param idleTime after what time without progress an upload session is abandoned
   */
  public IntakeLimits {
    if (maxItems < 1
        || maxItems > Manifest.MAX_ITEMS
        || maxItemBytes < 1
        || maxSequenceBytes < 1
        || idleTime.compareTo(Duration.ofSeconds(1)) < 0
        || WorkPolicy.isTooLong(idleTime)) {
      throw new ConfigurationException(
          "intake limits need 1 to 1,000,000 items, at least one byte, 1 s to 36,500 days, got "
              + "maxItems=%d, maxItemBytes=%d, maxSequenceBytes=%d, idleTime=%s"
                  .formatted(maxItems, maxItemBytes, maxSequenceBytes, idleTime));
    }
  }

  /**
   * Copies with another quota.
   *
   * @param changed the quota
   * @return the copy
   */
  public IntakeLimits withQuota(OwnerQuota changed) {
    return new IntakeLimits(maxItems, maxItemBytes, maxSequenceBytes, changed, idleTime);
  }
}
