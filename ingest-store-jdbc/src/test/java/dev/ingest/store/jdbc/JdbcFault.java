package dev.ingest.store.jdbc;

import java.sql.SQLException;

/** A way in which a database fails a statement. */
interface JdbcFault {

  /** Where it strikes at a statement. */
  enum When {
    /** The statement is not run. */
    BEFORE,
    /** The statement is run, and then fails; so its effect stays only if it was a commit. */
    AFTER
  }

  /** Its name, for messages. */
  String name();

  /** With what the part of the ledger's message begins that says what to do about it. */
  String advice();

  /** Tells whether an error is this one. */
  boolean is(SQLException error);

  /** Tells whether it strikes where a connection is lent, and not at statements. */
  default boolean isOfConnections() {
    return false;
  }

  /** Tells whether it strikes at a table, whichever statement needs it. */
  default boolean isOfTables() {
    return false;
  }
}
