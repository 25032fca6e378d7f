package dev.ingest.store.jdbc.url;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
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
 * that was met counts. Thread-safe.
 */
public final class Acquaintance {

  /** The state, of those for errors of our own, of a connection to an old primary. */
  public static final String OUTLIVED_STATE = "25I01";

  /** What to do about one. */
  public static final String OUTLIVED_ADVICE =
      "fence the old primary off, and let connections lead to the new one alone; if an earlier state"
          + " was put in its place on purpose, start this process anew";

  /** What the server says about what the guard has it refuse. */
  public static final String OUTLIVED_WORDS = "an old primary, of timeline ";

  private static final int RADIX = 16;

  /** The first eight digits of the name of the file of the log that is written just now. */
  private static final String TIMELINE = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

  private static final String QUESTION =
      "SELECT pg_backend_pid(), pg_is_in_recovery(),"
          + " CASE WHEN pg_is_in_recovery() THEN '0' ELSE "
          + TIMELINE
          + " END, (SELECT system_identifier FROM pg_control_system())";

  /** What is asked of those that have no such functions, or do not let everyone call them. */
  private static final String PLAIN_QUESTION =
      "SELECT pg_backend_pid(), pg_is_in_recovery(), '0', 0";

  /** Has the server refuse a value of a setting, since nothing else fails with words of ours. */
  private static final String GUARD =
      "set_config('lock_timeout', CASE WHEN NOT pg_is_in_recovery() AND "
          + TIMELINE
          + " COLLATE \"C\" < '%08X' THEN '"
          + OUTLIVED_WORDS
          + "' || "
          + TIMELINE
          + " ELSE current_setting('lock_timeout') END, true)";

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

  private final Map<PGConnection, Server> met = Collections.synchronizedMap(new WeakHashMap<>());
  private volatile Server latest = new Server(0, 0, false);
  private volatile boolean pooled;

  /** Creates one that has met nobody. */
  public Acquaintance() {}

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
   * Asks a connection that was never asked.
   *
   * @param connection a connection that commits each statement by itself
   * @throws SQLException if there is no answer
   */
  public void meet(Connection connection) throws SQLException {
    Optional<PGConnection> driver = driver(connection);
    if (driver.isPresent() && !met.containsKey(driver.get())) {
      asked(connection, driver.get());
    }
  }

  /**
   * Tells what a connection leads to. Behind a pooler what was said before says nothing of the next
   * statement: it is not held against a connection that is not asked anew.
   *
   * @param connection a connection that commits each statement by itself
   * @param anew whether it is asked although it was before; always where it was a replica then
   * @return the server's standing; that of a primary where it is not PostgreSQL's driver
   * @throws SQLException if there is no answer
   */
  public Standing standing(Connection connection, boolean anew) throws SQLException {
    Optional<PGConnection> driver = driver(connection);
    if (driver.isEmpty()) {
      return Standing.PRIMARY;
    }
    @Nullable Server server = anew ? null : met.get(driver.get());
    if (server != null && pooled) {
      return Standing.PRIMARY;
    }
    if (server == null || server.replica) {
      server = asked(connection, driver.get());
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

  private Server asked(Connection connection, PGConnection driver) throws SQLException {
    Server server = answer(connection, driver);
    note(server);
    met.put(driver, server);
    return server;
  }

  private synchronized void note(Server server) {
    if (server.timeline > 0 && !server.isBehind(latest)) {
      latest = server;
    }
  }

  private Server answer(Connection connection, PGConnection driver) throws SQLException {
    try {
      return answer(connection, driver, QUESTION);
    } catch (SQLException e) {
      if (!isOfTheQuestion(String.valueOf(e.getSQLState()))) {
        throw e;
      }
      return answer(connection, driver, PLAIN_QUESTION);
    }
  }

  /** A right or a function that is missing, or a server that has no log of this kind. */
  private static boolean isOfTheQuestion(String state) {
    return state.startsWith("42")
        || state.startsWith("0A")
        || state.startsWith("55")
        || state.startsWith("XX");
  }

  private Server answer(Connection connection, PGConnection driver, String question)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(question)) {
      if (!row.next()) {
        throw new SQLException("expected a row about the server, found none");
      }
      if (row.getInt(1) != driver.getBackendPID()) {
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

  /**
   * Makes what a statement carries with it behind a pooler, where nobody knows which server it will
   * come to: an expression that fails, and the statement with it, on a server that was outlived.
   *
   * @return an expression with a value that nobody needs; empty if no server has told a timeline
   */
  public Optional<String> guard() {
    long timeline = latest.timeline;
    return timeline == 0 ? Optional.empty() : Optional.of(GUARD.formatted(timeline));
  }
}
