package dev.ingest.store.jdbc.content;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.body;
import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.permit;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.store.jdbc.PostgresServer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * A driver, or what wraps it, may throw one error object again and again, also to the pool that
 * takes a connection back; no error can carry itself as suppressed. Whoever made the call is told
 * of that error in the words of this store, and no connection is lent again with a transaction in
 * it, which the next read would commit.
 */
class SameContentErrorTest {

  private static final Set<String> SENDING =
      Set.of("execute", "executeQuery", "executeUpdate", "executeBatch", "commit", "rollback");

  private final SQLException same = new SQLException("the line is out of order", "58030");

  @SuppressWarnings("NullAway.Init") // made before each test
  private HikariDataSource pool;

  @SuppressWarnings("NullAway.Init") // made before each test
  private JdbcContent content;

  private int failsFrom = Integer.MAX_VALUE;
  private int sent;

  @BeforeEach
  void open() throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setDataSource(struck(PostgresServer.ofEmptySchema()));
    config.setMaximumPoolSize(1);
    pool = new HikariDataSource(config);
    content = JdbcContent.postgres(pool);
  }

  @AfterEach
  void close() {
    content.close();
    pool.close();
  }

  private ContentStore stored() {
    return content.access().store();
  }

  /** A call that is made in full before it is struck, to learn how much it sends. */
  private interface Act {
    void run(int round);
  }

  private void assertToldFromEach(Act act) throws SQLException {
    sent = 0;
    act.run(0);
    int statements = sent;
    assertTrue(statements > 2, "it sends " + statements);
    for (int statement = 1; statement <= statements; statement++) {
      sent = 0;
      failsFrom = statement;
      int round = statement;
      ContentException error;
      try {
        error = assertThrows(ContentException.class, () -> act.run(round));
      } finally {
        failsFrom = Integer.MAX_VALUE;
      }
      assertSame(same, rootOf(error), "from " + statement);
      assertNothingIsLeftOpen("from " + statement);
    }
  }

  private static Throwable rootOf(Throwable error) {
    Throwable root = error;
    for (Throwable next = error; next != null; next = next.getCause()) {
      root = next;
    }
    return root;
  }

  /** A connection that was ended instead of its transaction is as good; the pool replaces it. */
  private void assertNothingIsLeftOpen(String at) throws SQLException {
    Connection next = pool.getConnection();
    if (!next.isValid(5)) {
      pool.evictConnection(next);
      return;
    }
    TransactionState left = next.unwrap(BaseConnection.class).getTransactionState();
    assertEquals(TransactionState.IDLE, left, at);
    next.close();
  }

  @Test
  void deletion_isToldAndLeavesNoTransaction() throws SQLException {
    store(stored(), key("a"), bytes(10, 1));
    assertToldFromEach(round -> content.access().purger().delete(permit(key("b" + round))));
  }

  @Test
  void put_isToldAndLeavesNoTransaction() throws SQLException {
    assertToldFromEach(
        round -> {
          ContentWriter writer = stored().writer(PREFIX);
          writer.put(key("a" + round), body(bytes(10, 1)));
        });
  }

  @Test
  void commit_thatIsStruckAtItsEnd_isUnknownAndIsNotCommittedByTheNextRead() throws SQLException {
    ContentWriter writer = stored().writer(PREFIX);
    writer.put(key("a"), body(bytes(10, 1)));
    sent = 0;
    writer.commit();
    int statements = sent;
    ContentWriter struck = stored().writer(PREFIX);
    struck.put(key("b"), body(bytes(10, 1)));
    sent = 0;
    failsFrom = statements;
    ContentException error = assertThrows(ContentException.class, struck::commit);
    failsFrom = Integer.MAX_VALUE;
    assertInstanceOf(ContentDurabilityException.class, error);
    assertSame(same, rootOf(error));
    assertNothingIsLeftOpen("after the commit");
    assertEquals(Optional.empty(), stored().stat(key("b")));
    assertEquals(Optional.empty(), stored().stat(key("b")));
  }

  private DataSource struck(DataSource source) {
    return proxy(
        DataSource.class,
        (self, method, arguments) -> {
          Object lent = method.invoke(source, arguments);
          return lent instanceof Connection connection ? struck(connection) : lent;
        });
  }

  private Connection struck(Connection connection) {
    return proxy(
        Connection.class,
        (self, method, arguments) -> {
          send(method.getName());
          Object made = method.invoke(connection, arguments);
          return made instanceof Statement ? struck(method.getReturnType(), made) : made;
        });
  }

  private <T> T struck(Class<T> type, Object statement) {
    return proxy(
        type,
        (self, method, arguments) -> {
          send(method.getName());
          return method.invoke(statement, arguments);
        });
  }

  private void send(String method) throws SQLException {
    if (SENDING.contains(method)) {
      sent++;
      if (sent >= failsFrom) {
        throw same;
      }
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    InvocationHandler unwrapping =
        (self, method, arguments) -> {
          try {
            return handler.invoke(self, method, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
          }
        };
    return type.cast(
        Proxy.newProxyInstance(
            SameContentErrorTest.class.getClassLoader(), new Class<?>[] {type}, unwrapping));
  }
}
