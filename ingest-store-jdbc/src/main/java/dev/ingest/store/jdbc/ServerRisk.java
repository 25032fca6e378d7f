package dev.ingest.store.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a PostgreSQL server may have that breaks the promise that a commit lasts and is seen by all.
 * The adapters refuse such a server unless the risk was accepted by its name.
 */
public enum ServerRisk {
  /** {@code fsync = off}: a crash of the machine may destroy the whole database. */
  FSYNC_OFF("fsync = off", "a crash of the machine may destroy the database"),

  /** {@code synchronous_commit = off}: a crash of the server takes back commits it reported. */
  SYNCHRONOUS_COMMIT_OFF(
      "synchronous_commit = off", "a crash of the server takes back commits that it reported"),

  /**
   * {@code full_page_writes = off}: a crash of the machine may leave half-written pages, unless the
   * file system never does that.
   */
  FULL_PAGE_WRITES_OFF(
      "full_page_writes = off", "a crash of the machine may leave half-written pages"),

  /** The server is a replica: it cannot write and lags behind what was committed. */
  READ_REPLICA("pg_is_in_recovery() = true", "a replica cannot write and lags behind"),

  /**
   * {@code server_encoding} is another one than UTF8: a name or a reason with a character that it
   * lacks is refused for good, and so is what would tell of the item of that name. A database with
   * {@code SQL_ASCII} keeps what it is given. Bytes of items are kept in any encoding, so that
   * stores of content do not mind.
   */
  OTHER_ENCODING(
      "server_encoding other than UTF8",
      "names and reasons that it cannot hold are neither stored nor told of; make a database by"
          + " CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0 and move the ledger there by"
          + " pg_dump");

  private final String found;
  private final String consequence;

  ServerRisk(String found, String consequence) {
    this.found = found;
    this.consequence = consequence;
  }

  /**
   * Asks a server which of these it has, in one statement.
   *
   * @param connection a connection to the server; left as it was
   * @return the risks found, in the order of their declaration
   * @throws SQLException if the server does not answer
   */
  public static Set<ServerRisk> of(Connection connection) throws SQLException {
    EnumSet<ServerRisk> risks = EnumSet.noneOf(ServerRisk.class);
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT current_setting('fsync') = 'off',"
                    + " current_setting('synchronous_commit') = 'off',"
                    + " current_setting('full_page_writes') = 'off',"
                    + " pg_is_in_recovery(),"
                    + " current_setting('server_encoding') NOT IN ('UTF8', 'SQL_ASCII')")) {
      if (!row.next()) {
        throw new SQLException("expected one row of settings, found none");
      }
      int column = 0;
      for (ServerRisk risk : values()) {
        column++;
        if (row.getBoolean(column)) {
          risks.add(risk);
        }
      }
    }
    return Collections.unmodifiableSet(risks);
  }

  /**
   * Says what was found and what it can do, for messages.
   *
   * @return for example {@code fsync = off (a crash of the machine may destroy the database)}
   */
  public String explained() {
    return found + " (" + consequence + ")";
  }
}
