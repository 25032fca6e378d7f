package dev.ingest.spi.ledger;

import java.net.URI;
import java.time.InstantSource;

/** Opens ledgers by URI; found by {@link java.util.ServiceLoader}. Thread-safe. */
public interface LedgerProvider {

  /**
   * Tells whether this provider opens such URIs. Does no I/O.
   *
   * @param uri where the ledger is, for example {@code jdbc:sqlite:/var/lib/ingest/ledger.db}
   * @return true if {@link #open} takes it
   */
  boolean accepts(URI uri);

  /**
   * Refuses a URI that leads to no ledger, whatever is there, before anything is opened or made.
   * Connects to nothing and changes nothing, though it may read files of configuration; {@link
   * #open} refuses the same.
   *
   * @param uri where the ledger is, which this provider accepts
   * @throws LedgerConfigurationException if it is malformed; the message tells the right form
   */
  void check(URI uri);

  /**
   * Opens a ledger, creating or checking its schema.
   *
   * @param uri where the ledger is
   * @param clock the time, for adapters whose ledger has no clock of its own
   * @return the ledger, to be closed by the caller
   * @throws LedgerConfigurationException if what is configured leads to none, so that trying again
   *     does not help
   * @throws LedgerException if it cannot be opened
   */
  LedgerStore open(URI uri, InstantSource clock);
}
