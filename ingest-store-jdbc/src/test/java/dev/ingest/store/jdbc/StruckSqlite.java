package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.jdbc.JdbcFault.When;
import dev.ingest.testkit.ManualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteDataSource;

/** One file that is opened twice, as by two processes. */
final class StruckSqlite implements StruckLedger, Intercepted.Between, AutoCloseable {

  private final ManualTime time = Sample.time();
  private final SQLiteDataSource source = new SQLiteDataSource();
  private final LedgerStore healthy;
  private final LedgerStore struck;

  /** Those on which a transaction was begun and not ended. */
  private final Set<Connection> begun = ConcurrentHashMap.newKeySet();

  private Optional<Strike> armed = Optional.empty();
  private int statements;
  private int strikes;
  private int spared;

  StruckSqlite(Path file) {
    source.setUrl("jdbc:sqlite:" + file);
    healthy = JdbcLedger.sqlite(file, time);
    struck = JdbcLedger.open(intercepted(new SqliteDialect(file, time)));
  }

  private EmbeddedDialect intercepted(SqliteDialect dialect) {
    return (EmbeddedDialect)
        Proxy.newProxyInstance(
            StruckSqlite.class.getClassLoader(),
            new Class<?>[] {EmbeddedDialect.class},
            (self, method, arguments) -> {
              try {
                Object result = method.invoke(dialect, arguments);
                return result instanceof Statements opened
                    ? new Statements(
                        Intercepted.connection(opened.connection(), this), dialect::named)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  @Override
  public LedgerStore healthy() {
    return healthy;
  }

  @Override
  public LedgerStore struck() {
    return struck;
  }

  @Override
  public Scene scene() {
    healthy.incarnation();
    struck.incarnation();
    return new Scene(healthy, source, time, text -> text.replace("ingest_", ""));
  }

  @Override
  public synchronized void count() {
    armed = Optional.empty();
    statements = 0;
    strikes = 0;
    spared = 0;
  }

  @Override
  public synchronized void arm(Strike strike) {
    count();
    armed = Optional.of(strike);
  }

  @Override
  public synchronized Passed disarm() {
    armed = Optional.empty();
    return new Passed(statements, 0, strikes, spared);
  }

  @Override
  public List<Strike> strikes(Passed undisturbed) {
    List<Strike> all = new ArrayList<>();
    for (int i = 1; i <= undisturbed.statements(); i++) {
      for (SqliteFault fault : SqliteFault.values()) {
        all.add(new Strike(fault, When.BEFORE, i, false));
      }
      all.add(new Strike(SqliteFault.BUSY, When.BEFORE, i, true));
      all.add(new Strike(SqliteFault.FULL, When.BEFORE, i, true));
      all.add(new Strike(SqliteFault.SYNC_FAILED, When.AFTER, i, false));
    }
    return all;
  }

  /** Says how a statement is struck, if it is. */
  private synchronized Optional<Strike> next(String text) {
    statements++;
    Optional<Strike> strike = armed.filter(one -> one.isAt(statements));
    if (strike.isPresent() && strike.get().when() == When.AFTER && !text.equals("COMMIT")) {
      spared++;
      return Optional.empty();
    }
    strikes += strike.isPresent() ? 1 : 0;
    return strike;
  }

  @Override
  public @Nullable Object sent(Connection connection, String text, Intercepted.Sending sending)
      throws SQLException {
    Optional<Strike> strike = next(text);
    if (strike.isEmpty()) {
      return followed(connection, text, sending);
    }
    SqliteFault fault = (SqliteFault) strike.get().fault();
    if (strike.get().when() == When.AFTER) {
      followed(connection, text, sending);
    } else if (fault.isOfTheTransaction() && begun.remove(connection)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("ROLLBACK");
      }
    }
    throw fault.error();
  }

  private @Nullable Object followed(Connection connection, String text, Intercepted.Sending sending)
      throws SQLException {
    Object result = sending.go();
    if (text.startsWith("BEGIN")) {
      begun.add(connection);
    } else if (text.equals("COMMIT")) {
      begun.remove(connection);
    }
    return result;
  }

  @Override
  public void assertNothingIsLeftOpen(String at) throws SQLException {
    List<String> open = new ArrayList<>();
    for (Connection connection : begun) {
      if (!connection.isClosed()) {
        open.add(connection.toString());
      }
    }
    begun.removeIf(StruckSqlite::isClosed);
    assertEquals(List.of(), open, at + " left a transaction open");
  }

  private static boolean isClosed(Connection connection) {
    try {
      return connection.isClosed();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    struck.close();
    healthy.close();
  }
}
