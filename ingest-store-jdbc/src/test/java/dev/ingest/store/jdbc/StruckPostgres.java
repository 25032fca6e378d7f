package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.jdbc.JdbcFault.When;
import dev.ingest.testkit.ManualTime;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A ledger over a pool of one connection, so that whoever keeps it, or leaves something in it,
 * stands in the way of the next call.
 */
final class StruckPostgres implements StruckLedger, Intercepted.Between, AutoCloseable {

  private static final List<PostgresFault> LASTING =
      List.of(
          PostgresFault.SERIALIZATION_FAILURE,
          PostgresFault.STATEMENT_TIMEOUT,
          PostgresFault.SESSION_ENDED);
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final String TABLES =
      "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
          + " AND relnamespace = current_schema()::regnamespace ORDER BY relname";
  private static final String MONTHS =
      "SELECT c.relname FROM pg_class AS c JOIN pg_inherits AS i ON i.inhrelid = c.oid"
          + " WHERE i.inhparent = 'ingest_history'::regclass"
          + " AND c.relname <> 'ingest_history_default'";
  private static final String REFUSED = "ingest_refused";
  private static final int MOST_LOOKS = 40;
  private static final long LOOK_NANOS = 50_000_000;

  private final String name = "struck" + NUMBERS.incrementAndGet();
  private final ManualTime time = Sample.time();
  private final PostgresPlace place = new PostgresPlace();
  private final LedgerStore healthy;
  private final Connection watching;
  private final HikariDataSource pool;
  private final LedgerStore struck;
  private final PGSimpleDataSource refused = new PGSimpleDataSource();
  private final List<String> tables;

  private Optional<Strike> armed = Optional.empty();
  private int statements;
  private int connections;
  private int strikes;
  private int spared;
  private boolean hurried;

  StruckPostgres() throws SQLException {
    healthy = place.open(time);
    watching = place.source().getConnection();
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(place.source().getJdbcUrl());
    config.addDataSourceProperty("ApplicationName", name);
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(5_000);
    pool = new HikariDataSource(config);
    refused.setUrl(place.source().getJdbcUrl());
    refused.setUser(REFUSED);
    run(
        watching,
        "DO $$ BEGIN CREATE ROLE "
            + REFUSED
            + " LOGIN CONNECTION LIMIT 0; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    struck = JdbcLedger.postgres(source(), PostgresPlace.OPTIONS.withClock(time));
    tables = rows(TABLES);
  }

  /** The connections that fail. */
  DataSource source() {
    return Intercepted.source(pool, this);
  }

  /** Counts the tables that are there. */
  int tables() throws SQLException {
    return rows(TABLES).size();
  }

  /** Drops all that the ledger has made. */
  void dropAll() throws SQLException {
    String schema = rows("SELECT current_schema()").get(0);
    run(watching, "DROP SCHEMA " + schema + " CASCADE; CREATE SCHEMA " + schema);
  }

  /** Drops the months of the history, which the next opening makes again if it may. */
  void dropMonths() throws SQLException {
    for (String month : rows(MONTHS)) {
      run(watching, "DROP TABLE " + month);
    }
  }

  @Override
  public LedgerStore healthy() {
    return healthy;
  }

  @Override
  public LedgerStore struck() {
    return struck;
  }

  /** Both may have missed a life that another scene began. */
  @Override
  public Scene scene() throws SQLException {
    healthy.incarnation();
    struck.incarnation();
    return new Scene(healthy, place.source(), time);
  }

  @Override
  public void count() {
    armed = Optional.empty();
    statements = 0;
    connections = 0;
    strikes = 0;
    spared = 0;
  }

  @Override
  public void arm(Strike strike) throws SQLException {
    count();
    armed = Optional.of(strike);
    if (strike.fault().isOfTables()) {
      String table = tables.get(strike.statement() - 1);
      run(watching, "BEGIN; LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
    }
  }

  @Override
  public Passed disarm() throws SQLException {
    if (armed.filter(one -> one.fault().isOfTables()).isPresent()) {
      run(watching, "ROLLBACK");
    }
    armed = Optional.empty();
    return new Passed(statements, connections, strikes, spared);
  }

  @Override
  public List<Strike> strikes(Passed undisturbed) {
    List<Strike> all = new ArrayList<>();
    for (int i = 1; i <= undisturbed.connections(); i++) {
      all.add(new Strike(PostgresFault.TOO_MANY_CONNECTIONS, When.BEFORE, i, false));
    }
    for (int i = 1; i <= undisturbed.statements(); i++) {
      for (PostgresFault fault : PostgresFault.values()) {
        if (!fault.isOfConnections() && !fault.isOfTables()) {
          all.add(new Strike(fault, When.BEFORE, i, false));
          all.add(new Strike(fault, When.AFTER, i, false));
        }
      }
      for (PostgresFault fault : LASTING) {
        all.add(new Strike(fault, When.BEFORE, i, true));
      }
    }
    for (int i = 1; i <= tables.size(); i++) {
      all.add(new Strike(PostgresFault.TABLE_LOCKED, When.BEFORE, i, false));
    }
    return all;
  }

  @Override
  public @Nullable Object lent(Intercepted.Sending lending) throws SQLException {
    connections++;
    if (armed.filter(one -> one.fault().isOfConnections() && one.isAt(connections)).isPresent()) {
      strikes++;
      return refused.getConnection();
    }
    return lending.go();
  }

  @Override
  public @Nullable Object sent(Connection connection, String text, Intercepted.Sending sending)
      throws SQLException {
    statements++;
    boolean locked = armed.filter(one -> one.fault().isOfTables()).isPresent();
    if (locked != hurried) {
      run(connection, locked ? "SET statement_timeout = '100ms'" : "RESET statement_timeout");
      hurried = locked;
    }
    if (locked) {
      return hurried(sending);
    }
    Optional<Strike> strike =
        armed.filter(one -> !one.fault().isOfConnections() && one.isAt(statements));
    if (strike.isEmpty()) {
      return sending.go();
    }
    PostgresFault fault = (PostgresFault) strike.get().fault();
    if (strike.get().when() == When.BEFORE) {
      strikes++;
      return before(fault, connection, text, sending);
    }
    boolean ended = fault == PostgresFault.SESSION_ENDED;
    if (!ended && (text.equals("COMMIT") || text.equals("ROLLBACK"))) {
      // What the server has ended it does not fail.
      spared++;
      return sending.go();
    }
    strikes++;
    return ended ? endedAfter(connection, sending) : failedAfter(fault, connection, text, sending);
  }

  private @Nullable Object hurried(Intercepted.Sending sending) throws SQLException {
    try {
      return sending.go();
    } catch (SQLException e) {
      strikes += PostgresFault.TABLE_LOCKED.is(e) ? 1 : 0;
      throw e;
    }
  }

  private @Nullable Object before(
      PostgresFault fault, Connection connection, String text, Intercepted.Sending sending)
      throws SQLException {
    if (fault == PostgresFault.SESSION_ENDED) {
      end(connection);
      return sending.go();
    }
    try {
      run(connection, fault.raising());
    } catch (SQLException e) {
      if (text.equals("COMMIT")) {
        run(connection, "ROLLBACK");
      }
      throw e;
    }
    throw new AssertionError(fault + " was not raised");
  }

  private static @Nullable Object failedAfter(
      PostgresFault fault, Connection connection, String text, Intercepted.Sending sending)
      throws SQLException {
    boolean alone =
        connection.unwrap(BaseConnection.class).getTransactionState() == TransactionState.IDLE
            && !text.startsWith("BEGIN");
    if (alone) {
      run(connection, "BEGIN");
    }
    try {
      sending.go();
      run(connection, fault.raising());
    } finally {
      if (alone) {
        run(connection, "ROLLBACK");
      }
    }
    throw new AssertionError(fault + " was not raised");
  }

  private @Nullable Object endedAfter(Connection connection, Intercepted.Sending sending)
      throws SQLException {
    sending.go();
    end(connection);
    run(connection, "SELECT 1");
    throw new AssertionError("the session was not ended");
  }

  /** Ends a session, and waits until the server has undone what it was at. */
  private void end(Connection connection) throws SQLException {
    run(
        watching,
        "SELECT pg_terminate_backend("
            + connection.unwrap(PGConnection.class).getBackendPID()
            + ", 10000)");
  }

  private static void run(Connection connection, String text) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(text);
    }
  }

  private List<String> rows(String query) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = watching.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }

  @Override
  public void assertNothingIsLeftOpen(String at) throws SQLException {
    assertEquals(0, pool.getHikariPoolMXBean().getActiveConnections(), at + " kept a connection");
    List<String> open = open();
    for (int look = 1; look < MOST_LOOKS && !open.isEmpty(); look++) {
      // The server has yet to see that the client has gone.
      LockSupport.parkNanos(LOOK_NANOS);
      open = open();
    }
    assertEquals(List.of(), open, at + " left a transaction open");
  }

  private List<String> open() throws SQLException {
    return rows(
        "SELECT state || ': ' || query FROM pg_stat_activity WHERE application_name = '"
            + name
            + "' AND state <> 'idle'");
  }

  @Override
  public void close() throws SQLException {
    struck.close();
    pool.close();
    healthy.close();
    watching.close();
    place.source().close();
  }
}
