package dev.ingest.store.jdbc.content;

import dev.ingest.spi.content.ContentConfigurationException;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.store.jdbc.ServerRisk;
import dev.ingest.store.jdbc.content.Sql.Work;
import dev.ingest.store.jdbc.url.Acquaintance;
import dev.ingest.store.jdbc.url.Acquaintance.Standing;
import dev.ingest.store.jdbc.url.AsItCame;
import dev.ingest.store.jdbc.url.ConnectFailure;
import dev.ingest.store.jdbc.url.ConnectionEnd;
import dev.ingest.store.jdbc.url.DatabaseUri;
import dev.ingest.store.jdbc.url.Pooler;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.Set;
import javax.sql.DataSource;

/**
 * PostgreSQL behind any source of connections.
 *
 * <p>A connection is borrowed for one transaction at a time, never while a body is waited for, and
 * goes back as it came. A read is a statement by itself, so that none leaves a transaction open.
 * What is staged need not be durable, so its transactions do not wait for the log: the commit that
 * publishes waits for all of it, since the log is written in order. The server may therefore
 * forget, when it crashes, the last bytes that a living writer has staged; {@link Staging} notices.
 *
 * <p>Transactions that change set their isolation themselves, since they count on seeing what
 * others committed meanwhile. A replica refuses them; for reads it is asked.
 */
final class PostgresDatabase implements ContentDatabase {

  static final String SCHEMA = "content-postgres-1.sql";

  private static final int OLDEST = 14;
  private static final long SCHEMA_LOCK = 0x696e_6765_7374_0001L;

  /** An answer that takes longer does not come any more. */
  private static final int TIMEOUT_MILLIS = 60_000;

  /**
   * A node that stops in a transaction keeps its locks from others for 5 s at most, and a lock is
   * waited for until the server gives up, before the connection does.
   */
  private static final String BEGIN =
      "SET TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE"
          + "; SET LOCAL idle_in_transaction_session_timeout TO '5s'"
          + "; SET LOCAL lock_timeout TO '30s'";

  /** The server's word for a transaction that it ended since its node said nothing. */
  private static final String STOPPED = "25P03";

  /** The server's word for a change that it does not take. */
  private static final String READ_ONLY = "25006";

  /** A standby's word for a transaction that says that it changes. */
  private static final String NO_CHANGES = "0A000";

  private static final String STAGE = BEGIN + "; SET LOCAL synchronous_commit TO OFF";
  private static final String COMMIT = BEGIN + "; SELECT current_setting('synchronous_commit')";

  /** States that say more than their class. */
  private static final Set<String> OF_THEIR_OWN =
      Set.of(STOPPED, READ_ONLY, Acquaintance.OUTLIVED_STATE);

  private static final String INVENTORY =
      "WITH ours AS (SELECT oid, relname FROM pg_class WHERE oid IN (to_regclass('content_meta'),"
          + " to_regclass('content_keys'), to_regclass('content_loose'),"
          + " to_regclass('content_chunks')))"
          + " SELECT 'table ' || relname FROM ours"
          + " UNION ALL SELECT 'column ' || relname || '.' || attname"
          + " || CASE WHEN collname = 'C' THEN ' in byte order' ELSE '' END"
          + " FROM ours JOIN pg_attribute ON attrelid = ours.oid AND attnum > 0"
          + " AND NOT attisdropped LEFT JOIN pg_collation l ON l.oid = attcollation"
          + " UNION ALL SELECT CASE WHEN indisunique THEN 'unique index ' ELSE 'index ' END"
          + " || i.relname FROM ours JOIN pg_index ON indrelid = ours.oid AND indisvalid"
          + " JOIN pg_class i ON i.oid = indexrelid";

  private static final Set<String> EXPECTED =
      ContentSchema.expected(
          "column content_keys.key in byte order",
          "column content_loose.key in byte order",
          "unique index content_meta_pkey",
          "unique index content_keys_pkey",
          "unique index content_loose_pkey",
          "unique index content_chunks_pkey",
          "unique index content_keys_body",
          "unique index content_loose_key",
          "index content_loose_doomed");

  private final DataSource source;
  private final String name;
  private final Wording wording;
  private final Set<ServerRisk> accepted;
  private final Set<ServerRisk> found;
  private final Acquaintance acquaintance = new Acquaintance(System::nanoTime);
  private final Runnable atLast;

  private volatile boolean closed;

  private PostgresDatabase(
      DataSource source,
      String name,
      JdbcContentOptions options,
      Set<ServerRisk> found,
      Runnable atLast) {
    this.atLast = atLast;
    this.source = source;
    this.name = name;
    this.accepted = options.accepted();
    this.found = found;
    this.wording =
        new Wording(
            options.tablePrefix(),
            () -> "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
            " FOR UPDATE",
            "= ANY (?::text[])",
            "= ANY (?::bigint[])",
            "{}");
  }

  /**
   * Looks at the server and refuses one that would break promises; what is given runs when this is
   * closed.
   */
  static PostgresDatabase open(DataSource source, JdbcContentOptions options, Runnable atLast) {
    String name = "jdbc:postgresql:";
    try (Connection connection = source.getConnection()) {
      name = nameOf(connection);
      String product = connection.getMetaData().getDatabaseProductName();
      int version = connection.getMetaData().getDatabaseMajorVersion();
      if (!product.equals("PostgreSQL") || version < OLDEST) {
        throw new ContentException(
            name
                + " could not be opened: expected PostgreSQL "
                + OLDEST
                + " or newer, found "
                + product
                + " "
                + version
                + "; name another server");
      }
      Set<ServerRisk> found = asItCame(connection).ask(connection, PostgresDatabase::risks);
      requireAccepted(name, found, options.accepted());
      return new PostgresDatabase(source, name, options, found, atLast);
    } catch (SQLException e) {
      ConnectFailure failure = ConnectFailure.of(e, source);
      String told = name + " could not be opened: " + failure.told();
      throw failure.isRefusal()
          ? new ContentConfigurationException(told, e)
          : new ContentException(told, e);
    }
  }

  /** Keys have the same bytes in any encoding, and all else is numbers and bytes. */
  private static Set<ServerRisk> risks(Connection connection) throws SQLException {
    EnumSet<ServerRisk> risks = EnumSet.noneOf(ServerRisk.class);
    risks.addAll(ServerRisk.of(connection));
    risks.remove(ServerRisk.OTHER_ENCODING);
    return risks;
  }

  private static void requireAccepted(
      String name, Set<ServerRisk> found, Set<ServerRisk> accepted) {
    EnumSet<ServerRisk> refused = EnumSet.noneOf(ServerRisk.class);
    refused.addAll(found);
    refused.removeAll(accepted);
    if (!refused.isEmpty()) {
      StringBuilder all = new StringBuilder();
      for (ServerRisk risk : refused) {
        all.append(all.isEmpty() ? "" : ", ").append(risk.explained());
      }
      throw new ContentException(
          name
              + " could not be opened: found "
              + all
              + "; change the server, or accept "
              + refused
              + " by name, in a URI by "
              + DatabaseUri.accepting(refused));
    }
  }

  /** A URL's parameters may hold a password. */
  private static String nameOf(Connection connection) throws SQLException {
    String url = connection.getMetaData().getURL();
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }

  @Override
  public String name() {
    return name;
  }

  /** What keeps half-written pages away may be the file system, so its acceptance counts. */
  @Override
  public boolean durable() {
    return !found.contains(ServerRisk.FSYNC_OFF)
        && !found.contains(ServerRisk.SYNCHRONOUS_COMMIT_OFF)
        && writable();
  }

  @Override
  public boolean writable() {
    return !found.contains(ServerRisk.READ_REPLICA);
  }

  @Override
  public <T> T read(String what, Work<T> work) {
    requireOpen(what);
    try {
      return lent(
          connection -> {
            connection.setAutoCommit(true);
            requirePrimary(connection, what);
            prepareNothingIfPooled(connection);
            return work.on(new Sql(connection, wording));
          });
    } catch (SQLException e) {
      throw failed(what, e, "nothing was changed");
    }
  }

  @Override
  public <T> T stage(String what, Work<T> work) {
    return change(what, STAGE, work);
  }

  @Override
  public <T> T commit(String what, Work<T> work) {
    return change(what, COMMIT, work);
  }

  private <T> T change(String what, String begin, Work<T> work) {
    requireOpen(what);
    boolean[] committing = {false};
    try {
      return lent(
          connection -> {
            connection.setAutoCommit(true);
            requireNotOutlived(connection, standing(connection, false));
            connection.setAutoCommit(false);
            prepareNothingIfPooled(connection);
            begin(connection, begin, what);
            T value = work.on(new Sql(connection, wording));
            committing[0] = true;
            connection.commit();
            return value;
          });
    } catch (SQLException e) {
      if (committing[0]) {
        throw new ContentDurabilityException(
            message(what, e, "whether the commit took effect is unknown"), e);
      }
      throw failed(what, e, "it was rolled back");
    }
  }

  @FunctionalInterface
  private interface Lending<T> {
    T on(Connection connection) throws SQLException;
  }

  /**
   * Borrows a connection and gives it back as it came. What the source throws then is told beside
   * what was thrown before, which it may be once more.
   */
  private <T> T lent(Lending<T> lending) throws SQLException {
    Connection connection = source.getConnection();
    T value;
    try {
      AsItCame before = asItCame(connection);
      try {
        value = lending.on(connection);
      } catch (SQLException | RuntimeException | Error e) {
        giveUpIfReadOnly(connection, e);
        restoreAfter(before, connection, e);
        throw e;
      }
      before.restore(connection);
    } catch (SQLException | RuntimeException | Error e) {
      ConnectionEnd.close(connection, e);
      throw e;
    }
    connection.close();
    return value;
  }

  private void prepareNothingIfPooled(Connection connection) throws SQLException {
    if (acquaintance.isPooled()) {
      Pooler.prepareNothing(connection);
    }
  }

  /** A server that takes no writes may be another one, or take them, by the next connection. */
  private static void giveUpIfReadOnly(Connection connection, Throwable cause) {
    if (cause instanceof SQLException refused && READ_ONLY.equals(refused.getSQLState())) {
      ConnectionEnd.abort(connection, cause);
    }
  }

  private void begin(Connection connection, String begin, String what) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean rows = begun(statement, begin);
      while (!rows && statement.getUpdateCount() >= 0) {
        rows = statement.getMoreResults();
      }
      if (rows) {
        requireSynchronous(statement, what);
      }
    }
  }

  private static boolean begun(Statement statement, String begin) throws SQLException {
    try {
      return statement.execute(begin);
    } catch (SQLException e) {
      throw NO_CHANGES.equals(e.getSQLState()) ? new SQLException(e.getMessage(), READ_ONLY, e) : e;
    }
  }

  /** A pool, a role or a database may have another setting than the connection of the opening. */
  private void requireSynchronous(Statement statement, String what) throws SQLException {
    try (ResultSet row = statement.getResultSet()) {
      boolean off = !row.next() || "off".equals(row.getString(1));
      if (off && !accepted.contains(ServerRisk.SYNCHRONOUS_COMMIT_OFF)) {
        throw new ContentDurabilityException(
            name
                + " could not "
                + what
                + ": found "
                + ServerRisk.SYNCHRONOUS_COMMIT_OFF.explained()
                + " on this connection, nothing was committed; set it on for the role, the"
                + " database and the pool");
      }
    }
  }

  /**
   * A source that may choose among servers can hand out a replica, which would call absent what was
   * just committed. A connection to a primary stays one: what becomes a replica restarts before;
   * but behind a pooler, whose connections outlive servers.
   */
  private void requirePrimary(Connection connection, String what) throws SQLException {
    Standing standing = standing(connection, true);
    if (standing == Standing.REPLICA) {
      // The next one may lead to another server, so no pool lends this one again.
      connection.abort(Runnable::run);
      throw new ContentException(
          name
              + " could not "
              + what
              + ": the connection leads to a replica, which lags behind; let the source of"
              + " connections lead to the primary");
    }
    requireNotOutlived(connection, standing);
  }

  /** An old primary beside the one that took its place refuses nothing; a replica does. */
  private void requireNotOutlived(Connection connection, Standing standing) throws SQLException {
    if (standing == Standing.OUTLIVED) {
      SQLException refused = acquaintance.outlived();
      ConnectionEnd.abort(connection, refused);
      throw refused;
    }
  }

  private Standing standing(Connection connection, boolean reading) throws SQLException {
    if (accepted.contains(ServerRisk.READ_REPLICA)) {
      acquaintance.meet(connection);
      return Standing.PRIMARY;
    }
    return acquaintance.standing(connection, reading, false);
  }

  /** Its answers have a limit of time from then on. */
  private static AsItCame asItCame(Connection connection) throws SQLException {
    AsItCame before = AsItCame.of(connection);
    connection.setNetworkTimeout(Runnable::run, TIMEOUT_MILLIS);
    return before;
  }

  /**
   * Ends a transaction that cannot go on, or else its connection: a pool that cannot end it either
   * lends it as it is, and whoever then switches to commits by statement commits it.
   */
  private static void restoreAfter(AsItCame before, Connection connection, Throwable cause) {
    try {
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
      before.restore(connection);
    } catch (SQLException | RuntimeException | Error e) {
      ConnectionEnd.suppress(cause, e);
      ConnectionEnd.abort(connection, cause);
    }
  }

  private void requireOpen(String what) {
    if (closed) {
      throw new ContentException(name + " could not " + what + ": it is closed; open it again");
    }
  }

  private ContentException failed(String what, SQLException cause, String effect) {
    return new ContentException(message(what, cause, effect), cause);
  }

  private String message(String what, SQLException cause, String effect) {
    String state = cause.getSQLState() == null ? "" : cause.getSQLState();
    String advice =
        switch (state.length() < 2 || OF_THEIR_OWN.contains(state)
            ? state
            : state.substring(0, 2)) {
          case STOPPED -> "this process stood still within a transaction for 5 s; do it again";
          case Acquaintance.OUTLIVED_STATE -> Acquaintance.OUTLIVED_ADVICE;
          case READ_ONLY ->
              "connect to the primary, or see why the database is read-only: some servers make it so"
                  + " while their disk is full";
          case "55" -> "look in pg_stat_activity for who holds locks, then do it again";
          case "08", "57" -> "see whether the server answers, then do it again";
          case "53" -> "free space or connections of the server, then do it again";
          case "28" ->
              "give the source of connections the user and password that the server takes by now";
          case "42", "25" -> "check the rights of the user and the tables";
          case "XX", "58" -> "look into the server's log; restore from a backup if it is damaged";
          default -> "do it again, and report it if it lasts";
        };
    return name + " could not " + what + ": " + cause.getMessage() + "; " + effect + "; " + advice;
  }

  @Override
  public String schemaResource() {
    return SCHEMA;
  }

  @Override
  public String inventory() {
    return INVENTORY;
  }

  @Override
  public Set<String> expectedInventory() {
    return EXPECTED;
  }

  @Override
  public void lockSchema(Sql sql) throws SQLException {
    sql.list("SELECT pg_advisory_xact_lock(?)", row -> "", SCHEMA_LOCK);
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      atLast.run();
    }
  }
}
