package dev.ingest.store.jdbc;

import dev.ingest.store.jdbc.url.Acquaintance;
import dev.ingest.store.jdbc.url.Acquaintance.Standing;
import dev.ingest.store.jdbc.url.AsItCame;
import dev.ingest.store.jdbc.url.ConnectionEnd;
import dev.ingest.store.jdbc.url.Pooler;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * Borrows connections of a source that lead to the primary, and ends those that nobody is to be
 * lent again.
 */
final class ServerConnections {

  private static final int TIMEOUT_MILLIS = 60_000;

  /** The parameter by which a server tells each of its sessions that it only reads. */
  private static final String STANDBY = "in_hot_standby";

  /** The server's word for a change that it does not take, as a replica does not. */
  private static final String READ_ONLY = "25006";

  private final DataSource source;
  private final PostgresDialect dialect;
  private final Errors errors;
  private final boolean acceptsReplica;
  private final Acquaintance acquaintance = new Acquaintance(System::nanoTime);
  private volatile boolean closed;

  ServerConnections(
      DataSource source, PostgresDialect dialect, Errors errors, boolean acceptsReplica) {
    this.source = source;
    this.dialect = dialect;
    this.errors = errors;
    this.acceptsReplica = acceptsReplica;
  }

  DataSource source() {
    return source;
  }

  /** Tells whether a pooler lends a connection, which commits each statement by itself. */
  boolean isPooled(Connection connection) throws SQLException {
    acquaintance.meet(connection);
    return acquaintance.isPooled();
  }

  /**
   * Borrows a connection that commits each statement by itself.
   *
   * @param what what is attempted, as in "could not ..."
   * @param ahead a statement with one row that goes ahead of each, or nothing
   * @param reading whether nothing is to be changed
   */
  Statements borrow(String what, String ahead, boolean reading) throws SQLException {
    if (closed) {
      throw errors.closed(what);
    }
    Connection connection = source.getConnection();
    try {
      AsItCame before = AsItCame.of(connection);
      try {
        connection.setAutoCommit(true);
        connection.setNetworkTimeout(Runnable::run, TIMEOUT_MILLIS);
        requirePrimary(connection, reading);
        if (acquaintance.isPooled()) {
          Pooler.prepareNothing(connection);
        }
        return new Statements(connection, dialect::named, ahead, before);
      } catch (SQLException | RuntimeException | Error e) {
        before.restoreAfter(connection, e);
        throw e;
      }
    } catch (SQLException | RuntimeException | Error e) {
      ConnectionEnd.close(connection, e);
      throw e;
    }
  }

  /**
   * A source may come to a replica later than at the opening: it names several hosts, or a server
   * stepped down. The server has told the driver what it is, so that looking costs nothing. But it
   * tells that it was promoted with its next answer alone, so it is asked before a connection is
   * refused; which is then given up, as the next one may lead to another server. A pooler repeats
   * what it was told long ago, so behind one the server is asked by each read; changes it refuses.
   *
   * <p>A source may also come to an old primary beside the one that took its place, which refuses
   * nothing. No connection to a primary leads to another timeline later, so each is asked once;
   * behind a pooler none is asked for that.
   */
  private void requirePrimary(Connection connection, boolean reading) throws SQLException {
    if (acceptsReplica) {
      acquaintance.meet(connection);
      return;
    }
    Standing standing = acquaintance.standing(connection, reading, maySayStandby(connection));
    if (standing != Standing.PRIMARY) {
      SQLException refused =
          standing == Standing.OUTLIVED
              ? acquaintance.outlived()
              : new SQLException(
                  "expected the primary, found a read replica, whose answers are old; let the"
                      + " source connect to the primary alone",
                  READ_ONLY);
      giveUp(connection, refused);
      throw refused;
    }
  }

  private static boolean maySayStandby(Connection connection) throws SQLException {
    return connection.isWrapperFor(PGConnection.class)
        && "on".equals(connection.unwrap(PGConnection.class).getParameterStatus(STANDBY));
  }

  /**
   * Ends a connection whose server does not take writes, so that no pool lends it for half an hour
   * on. A pool notices by the error of a call that goes through it.
   */
  private static void giveUp(Connection connection, Throwable cause) {
    ConnectionEnd.abort(connection, cause);
    try {
      connection.createStatement().close();
    } catch (SQLException e) {
      ConnectionEnd.suppress(cause, e);
    }
  }

  /** The same if it was refused as a change by a server that only reads. */
  static void giveUpIfReadOnly(Statements db, Exception cause) {
    if (cause instanceof SQLException sql && READ_ONLY.equals(sql.getSQLState())) {
      giveUp(db.connection(), cause);
    }
  }

  /**
   * Ends a transaction that cannot go on, or else its connection: a pool does not know of a
   * transaction that was begun by a statement, and would lend the connection as it is.
   */
  static void rollBack(Statements db, Throwable cause) {
    try {
      db.runOnce("ROLLBACK");
    } catch (SQLException | RuntimeException | Error e) {
      ConnectionEnd.abort(db.connection(), cause);
      ConnectionEnd.suppress(cause, e);
    }
  }

  /** Lends none any more. Those that are lent go back when they are done with. */
  void close() {
    closed = true;
  }
}
