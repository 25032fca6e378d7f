package dev.ingest.spi.ledger;

/**
 * What one owner holds.
 *
 * @param openSessions OPEN upload sessions, 0 or more
 * @param reservedBytes bytes that they reserved
 * @param heldBytes raw bytes of accepted sequences that are not EXPIRED, DISCARDED or LOST
 */
public record OwnerUsage(long openSessions, long reservedBytes, long heldBytes) {

  /**
   * Validates the numbers.
   *
   * @param openSessions OPEN upload sessions
   * @param reservedBytes bytes that they reserved
   * @param heldBytes raw bytes of accepted sequences that are not EXPIRED, DISCARDED or LOST
   */
  public OwnerUsage {
    Names.atLeast(openSessions, 0, "a count of open sessions");
    Names.atLeast(reservedBytes, 0, "a sum of reserved bytes");
    Names.atLeast(heldBytes, 0, "a sum of held bytes");
  }

  /**
   * Tells whether more fits under a quota.
   *
   * @param quota the quota
   * @param sessions further open sessions, 0 or more
   * @param bytes further bytes, 0 or more
   * @return true if the sums stay within the quota
   */
  public boolean allows(OwnerQuota quota, long sessions, long bytes) {
    Names.atLeast(sessions, 0, "a count of further sessions");
    Names.atLeast(bytes, 0, "a sum of further bytes");
    // Differences of numbers from 0 on cannot overflow; the sums could.
    return sessions <= quota.openSessions() - openSessions
        && heldBytes <= quota.bytes() - reservedBytes
        && bytes <= quota.bytes() - reservedBytes - heldBytes;
  }
}
