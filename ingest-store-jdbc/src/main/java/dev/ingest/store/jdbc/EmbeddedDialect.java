package dev.ingest.store.jdbc;

import dev.ingest.store.jdbc.url.DatabaseFile;
import java.sql.SQLException;

/** A dialect of a database that lives in this process and takes one writer at a time. */
interface EmbeddedDialect extends Dialect {

  /** Opens a connection for changes, configured and checked to make a commit survive power loss. */
  Statements openWriter() throws SQLException;

  /** Opens a connection that cannot change anything. */
  Statements openReader() throws SQLException;

  /** Begins a transaction that may write, waiting for other processes a bounded time. */
  void begin(Statements db, Waiting waiting) throws SQLException;

  /** The statement that begins a transaction whose reads all see one moment. */
  String beginReading();

  /**
   * Throws if what was committed is not where the next process will look for it, or that is not
   * known.
   */
  void requireInPlace() throws SQLException;

  /** Throws if {@link #requireInPlace()} has found so once. Does no I/O. */
  void requireNeverLost() throws DatabaseFile.LostException;

  /** Tells whether to go on waiting; false once the ledger is closing. */
  @FunctionalInterface
  interface Waiting {

    boolean goesOn();
  }
}
