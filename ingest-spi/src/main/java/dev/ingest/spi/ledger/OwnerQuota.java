package dev.ingest.spi.ledger;

/**
 * What one owner may hold at a time.
 *
 * @param openSessions the most OPEN upload sessions
 * @param bytes the most raw bytes: reserved by open sessions, plus those of sequences whose raw
 *     bytes have not been deleted
 */
public record OwnerQuota(long openSessions, long bytes) {

  /** No limit. */
  public static final OwnerQuota UNLIMITED = new OwnerQuota(Long.MAX_VALUE, Long.MAX_VALUE);

  /**
   * Validates the numbers.
   *
   * @param openSessions the most OPEN upload sessions
   * @param bytes the most raw bytes
   */
  public OwnerQuota {
    Names.atLeast(openSessions, 1, "a quota of open sessions");
    Names.atLeast(bytes, 0, "a quota of bytes");
  }
}
