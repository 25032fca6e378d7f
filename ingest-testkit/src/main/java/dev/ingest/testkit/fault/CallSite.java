package dev.ingest.testkit.fault;

/**
 * One call of one method of a wrapped store.
 *
 * @param role which interface is called
 * @param method the method's name
 * @param count 1 for the first call of this method through the wrapper, then one more each time
 */
public record CallSite(Role role, String method, long count) {

  /** The interfaces whose calls can go wrong. */
  public enum Role {
    /** A content store. */
    CONTENT,
    /** A writer of a content store. */
    WRITER,
    /** A stream that reads stored bytes; its method is {@code read}. */
    READ,
    /** A purger. */
    PURGER,
    /** The system of record. */
    LEDGER,
    /** The leases. */
    WORK,
    /** The upload sessions. */
    SESSIONS,
    /** The alerts. */
    ALERTS,
    /** The control records. */
    CONTROLS
  }

  @Override
  public String toString() {
    return role + "." + method + "#" + count;
  }
}
