package dev.ingest.store.jdbc;

import java.sql.SQLException;
import java.util.Set;

/**
 * All that one database system does differently from another. Everything else (row mapping, guards,
 * statements) is shared and written in SQL that SQLite and PostgreSQL both understand.
 */
interface Dialect {

  /** Names the ledger for messages, without credentials. */
  String name();

  /** Opens a connection for changes, configured and checked to make a commit survive power loss. */
  Statements openWriter() throws SQLException;

  /** Opens a connection that cannot change anything. */
  Statements openReader() throws SQLException;

  /** Begins a transaction that may write, waiting for other processes a bounded time. */
  void begin(Statements db, Waiting waiting) throws SQLException;

  /** The statement that begins a transaction whose reads all see one moment. */
  String beginReading();

  /** The end of a SELECT whose row is about to be changed: locks it where that is not implied. */
  String forUpdate();

  /** The ledger's time, in epoch milliseconds. */
  long nowMillis(Statements db) throws SQLException;

  /** The name of the resource that creates the schema, its statements separated by {@code ;}. */
  String schemaResource();

  /**
   * The tables, columns and indices that the schema resource makes, such as {@code table meta}, and
   * the tables and indices once more with their definitions, such as {@code index i as CREATE ...}.
   */
  Set<String> expectedSchema() throws SQLException;

  /** The tables, columns and indices that the database has, in the same form. */
  Set<String> presentSchema(Statements db) throws SQLException;

  /** What somebody can do about an error. */
  String advice(SQLException error);

  /** Tells whether to go on waiting; false once the ledger is closing. */
  @FunctionalInterface
  interface Waiting {

    boolean goesOn();
  }
}
