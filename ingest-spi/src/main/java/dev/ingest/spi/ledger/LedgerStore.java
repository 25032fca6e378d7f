package dev.ingest.spi.ledger;

/**
 * One opened ledger in its five roles. The roles share one database, so that {@link Ledger#commit}
 * can change entries, sessions and alerts together. Safe for use by several threads.
 *
 * <p>In every role a list that is longer than its method says, or a limit out of its bounds, is
 * refused with an {@link dev.ingest.spi.InvalidValueException} before any effect.
 */
public interface LedgerStore extends LedgerLife, AutoCloseable {

  /**
   * Names this ledger for messages: the adapter and where it is, without credentials.
   *
   * @return for example {@code jdbc:sqlite:/var/lib/ingest/ledger.db}
   */
  String name();

  /**
   * Tells what this ledger can do. Does no I/O.
   *
   * @return the capabilities
   */
  LedgerCapabilities capabilities();

  /**
   * Returns the system of record.
   *
   * @return the role
   */
  Ledger ledger();

  /**
   * Returns the leases.
   *
   * @return the role
   */
  WorkQueue work();

  /**
   * Returns the upload sessions.
   *
   * @return the role
   */
  UploadSessions sessions();

  /**
   * Returns the alerts.
   *
   * @return the role
   */
  AlertOutbox alerts();

  /**
   * Returns the control records.
   *
   * @return the role
   */
  ControlRecords controls();

  /** Releases what the ledger holds; running calls fail as unknown. Idempotent. */
  @Override
  void close();
}
