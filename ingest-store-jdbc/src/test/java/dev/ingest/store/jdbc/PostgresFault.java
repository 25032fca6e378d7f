package dev.ingest.store.jdbc;

import java.sql.SQLException;
import java.util.Locale;

/**
 * What a PostgreSQL server tells who sent it a statement. But for a session that is ended the error
 * is raised by the server itself, so that its transaction is left as it leaves it.
 */
enum PostgresFault implements JdbcFault {
  SERIALIZATION_FAILURE("40001", "another transaction was in the way; submit the same again"),
  DEADLOCK("40P01", "another transaction was in the way; submit the same again"),
  STATEMENT_TIMEOUT(
      "57014",
      "the statement took too long; look for locks in pg_stat_activity, and submit the same again"),
  LOCK_TIMEOUT(
      "55P03",
      "somebody keeps a lock; look for long transactions in pg_stat_activity, and submit the same"
          + " again"),
  DISK_FULL("53100", "free space on the disk of the server and submit the same again"),
  READ_ONLY("25006", "connect to the primary; this server only reads"),
  /** Somebody keeps a table locked until the time for a statement is over, really. */
  TABLE_LOCKED(
      "57014",
      "the statement took too long; look for locks in pg_stat_activity, and submit the same again"),
  /** The session is ended by an administrator: the server is stopped, or fails over. */
  SESSION_ENDED(
      "57P01", "the connection is gone; submit the same again, and check that the server is up"),
  /** A connection is refused where it is asked for. */
  TOO_MANY_CONNECTIONS("53300", "let the pool open fewer connections, or the server more");

  private final String state;
  private final String advice;

  PostgresFault(String state, String advice) {
    this.state = state;
    this.advice = advice;
  }

  /** A statement that the server answers with this error. */
  String raising() {
    return "DO $$ BEGIN RAISE EXCEPTION '%s' USING ERRCODE = '%s'; END $$"
        .formatted(name().toLowerCase(Locale.ROOT).replace('_', ' '), state);
  }

  @Override
  public String advice() {
    return advice;
  }

  @Override
  public boolean is(SQLException error) {
    String found = String.valueOf(error.getSQLState());
    return found.equals(state) || (this == SESSION_ENDED && found.startsWith("08"));
  }

  @Override
  public boolean isOfTables() {
    return this == TABLE_LOCKED;
  }

  @Override
  public boolean isOfConnections() {
    return this == TOO_MANY_CONNECTIONS;
  }
}
