package dev.ingest.store.jdbc.url;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Who answers on the connections of one source. Each new connection is asked once, in one message,
 * whether a pooler lends it, which may have been put there since the last one, and how far the
 * timeline of its server has come, which each promotion takes further.
 *
 * <p>A server whose timeline is behind one that was seen is an old primary: another took its place
 * and what it acknowledges from then on is lost with it. Nothing tells before the first connection
 * to the new one, nor of servers whose timelines are the same. Clusters that were not copied from
 * each other, by the identifier that each has from its beginning, cannot be compared: the last one
 * that was met counts.
 *
 * <p>Behind a pooler an old primary is not noticed: only each statement could tell where it comes
 * to, and whatever a statement of before carries along would be held against a server that ceases
 * to tell its timeline, and against another cluster, for good. Thread-safe.
 */
public final class Acquaintance {

  /** The state, of those for errors of our own, of a connection to an old primary. */
  public static final String OUTLIVED_STATE = "25I01";

  /** What to do about one. */
  public static final String OUTLIVED_ADVICE =
      "fence the old primary off, and let connections lead to the new one alone; if an earlier state"
          + " was put in its place on purpose, start this process anew";

  private static final int RADIX = 16;

  /**
   * How long a server that refused a question is not asked it again: each leaves an error there.
   */
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** The timeline begins the name of the file of the log that is written just now. */
  private static final String QUESTION =
      "SELECT pg_backend_pid(), pg_is_in_recovery(), CASE WHEN pg_is_in_recovery() THEN '0' ELSE"
          + " substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END,"
          + " (SELECT system_identifier FROM pg_control_system())";

  /** What is asked of those that have no such functions, or do not let everyone call them. */
  private static final String PLAIN_QUESTION =
      "SELECT pg_backend_pid(), pg_is_in_recovery(), '0', 0";

  /** What a server is to those who want the primary. */
  public enum Standing {
    /** It takes changes, and none that took its place is known. */
    PRIMARY,
    /** It only reads. */
    REPLICA,
    /** It takes changes, and another one has taken its place. */
    OUTLIVED
  }

  private record Server(long cluster, long timeline, boolean replica) {

    boolean isBehind(Server other) {
      return timeline > 0 && cluster == other.cluster && timeline < other.timeline;
    }
  }

  private static final Server UNKNOWN = new Server(0, 0, false);

  private final LongSupplier nanos;
  private final Map<Object, Server> met = Collections.synchronizedMap(new WeakHashMap<>());
  private volatile Server latest = UNKNOWN;
  private volatile boolean pooled;
  private boolean refused;
  private long refusedAt;

  /**
   * Creates one that has met nobody.
   *
   * @param nanos nanoseconds from any origin
   */
  public Acquaintance(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Tells whether a connection was met that a pooler lends. It tells its clients of a process that
   * is not the server's, since that is not the same for long.
   *
   * @return whether nothing may be prepared by name, and what a connection was asked before may be
   *     said by another server now
   */
  public boolean isPooled() {
    return pooled;
  }

  /**
   * Asks a connection that was never asked whether a pooler lends it, unless one was met.
   *
   * @param connection a connection that commits each statement by itself
   * @throws SQLException if there is no answer
   */
  public void meet(Connection connection) throws SQLException {
    Optional<PGConnection> driver = driver(connection);
    if (!pooled && driver.isPresent() && !met.containsKey(driver.get())) {
      asked(connection, driver, driver.get());
    }
  }

  /**
   * Tells what a connection leads to. Each is asked once, and again where it led to a replica.
   * Behind a pooler what was said before says nothing of the next statement: each read asks, and
   * changes do not, since a replica refuses them.
   *
   * @param connection a connection that commits each statement by itself
   * @param reading whether a replica would answer what is asked next
   * @param doubted whether it is asked in any case
   * @return the server's standing
   * @throws SQLException if there is no answer
   */
  public Standing standing(Connection connection, boolean reading, boolean doubted)
      throws SQLException {
    boolean lent = pooled;
    boolean anew = doubted || (lent && reading);
    if (lent && !anew) {
      return Standing.PRIMARY;
    }
    Optional<PGConnection> driver = driver(connection);
    Object physical = driver.isPresent() ? driver.get() : physical(connection);
    @Nullable Server server = anew ? null : met.get(physical);
    if (server == null || server.replica) {
      server = asked(connection, driver, physical);
    }
    if (server.replica) {
      return Standing.REPLICA;
    }
    return server.isBehind(latest) ? Standing.OUTLIVED : Standing.PRIMARY;
  }

  private static Optional<PGConnection> driver(Connection connection) throws SQLException {
    return connection.isWrapperFor(PGConnection.class)
        ? Optional.of(connection.unwrap(PGConnection.class))
        : Optional.empty();
  }

  /** What another driver has, or else what was lent, although it may be another each time. */
  private static Connection physical(Connection connection) throws SQLException {
    return connection.isWrapperFor(Connection.class)
        ? connection.unwrap(Connection.class)
        : connection;
  }

  private Server asked(Connection connection, Optional<PGConnection> driver, Object physical)
      throws SQLException {
    Server server = answer(connection, driver);
    note(server);
    met.put(physical, server);
    return server;
  }

  /** A primary that does not tell ends what was known: what cannot be compared is not refused. */
  private synchronized void note(Server server) {
    if (pooled) {
      latest = UNKNOWN;
    } else if (!server.replica && !server.isBehind(latest)) {
      latest = server;
    }
  }

  private Server answer(Connection connection, Optional<PGConnection> driver) throws SQLException {
    if (driver.isEmpty() || pooled || isPaused()) {
      return answer(connection, driver, PLAIN_QUESTION);
    }
    try {
      Server server = answer(connection, driver, QUESTION);
      refused(false);
      return server;
    } catch (SQLException e) {
      if (!isOfTheQuestion(String.valueOf(e.getSQLState()))) {
        throw e;
      }
      refused(true);
      return answer(connection, driver, PLAIN_QUESTION);
    }
  }

  /** Of those that come after the pause one alone asks. */
  private synchronized boolean isPaused() {
    if (!refused) {
      return false;
    }
    long now = nanos.getAsLong();
    if (now - refusedAt < PAUSE_NANOS) {
      return true;
    }
    refusedAt = now;
    return false;
  }

  private synchronized void refused(boolean now) {
    refused = now;
    refusedAt = nanos.getAsLong();
  }

  /** A right or a function that is missing, or a server that has no log of this kind. */
  private static boolean isOfTheQuestion(String state) {
    return state.startsWith("42")
        || state.startsWith("0A")
        || state.startsWith("55")
        || state.startsWith("XX");
  }

  private Server answer(Connection connection, Optional<PGConnection> driver, String question)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(question)) {
      if (!row.next()) {
        throw new SQLException("expected a row about the server, found none");
      }
      if (driver.isPresent() && row.getInt(1) != driver.get().getBackendPID()) {
        pooled = true;
      }
      return new Server(row.getLong(4), Long.parseLong(row.getString(3), RADIX), row.getBoolean(2));
    }
  }

  /**
   * Makes an error of a connection to a server that was outlived.
   *
   * @return the error, which says what was expected
   */
  public SQLException outlived() {
    return new SQLException(
        "expected timeline "
            + latest.timeline
            + " or a later one, found an earlier one: an old primary answers beside the one that took"
            + " its place",
        OUTLIVED_STATE);
  }
}
