package dev.ingest.store.jdbc;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * All that one database system does differently from another. Everything else (row mapping, guards,
 * statements) is shared and written in SQL that SQLite and PostgreSQL both understand, with
 * {@code @} before each name of a table.
 */
interface Dialect {

  /** Names the ledger for messages, without credentials. */
  String name();

  /** Puts the names of this ledger's tables into a statement. */
  String named(String text);

  /** The most elements of one batch. */
  int maxBatch();

  /** The end of a SELECT whose row is about to be changed: locks it where that is not implied. */
  String forUpdate();

  /**
   * Whether tallies grow by rows that are added up later, because many writers would wait for one
   * another at a row that they all change.
   */
  boolean appendsTallies();

  /**
   * Whether the database is part of this process, so that a row is read without a message, and
   * counting rows here is quicker than having them sorted there.
   */
  boolean inProcess();

  /**
   * The place of the entry of an alias, as its index has it: 24 bytes.
   *
   * @see dev.ingest.spi.SequencePlace
   */
  String placeOf(String alias);

  /** Whether an entry's place is stored with it, because the database cannot compute it. */
  boolean storesPlaces();

  /** Lets one transaction at a time judge what an owner holds. */
  void lockUsage(Statements db, String owner) throws SQLException;

  /** The ledger's time, in epoch milliseconds. */
  long nowMillis(Statements db) throws SQLException;

  /** The steps that make the schema, the first from nothing. */
  List<SchemaStep> schemaSteps();

  /**
   * The tables, columns and indices that the schema steps make, such as {@code table meta}, and
   * what has a definition once more with it, such as {@code index i as CREATE ...}.
   */
  Set<String> expectedSchema() throws SQLException;

  /** The tables, columns and indices that the database has, in the same form. */
  Set<String> presentSchema(Statements db) throws SQLException;

  /** What somebody can do about an error. */
  String advice(SQLException error);
}
