package dev.ingest.benchmarks.ledger;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;

/**
 * Counts what goes to the server through a source: each execution, commit and roll-back is one
 * round trip, and a text of several statements is one round trip of so many statements.
 */
final class RoundTrips {

  private static final Set<String> ENDINGS = Set.of("commit", "rollback");

  private final LongAdder trips = new LongAdder();
  private final LongAdder statements = new LongAdder();

  long trips() {
    return trips.sum();
  }

  long statements() {
    return statements.sum();
  }

  void reset() {
    trips.reset();
    statements.reset();
  }

  /** Wraps a source. */
  DataSource counting(DataSource source) {
    return proxy(
        DataSource.class,
        (self, method, arguments) -> {
          Object result = call(source, method, arguments);
          return result instanceof Connection connection ? connection(connection) : result;
        });
  }

  private Connection connection(Connection connection) {
    return proxy(
        Connection.class,
        (self, method, arguments) -> {
          if (ENDINGS.contains(method.getName()) && !connection.getAutoCommit()) {
            count("");
          }
          Object result = call(connection, method, arguments);
          if (result instanceof PreparedStatement prepared && arguments != null) {
            return statement(PreparedStatement.class, prepared, String.valueOf(arguments[0]));
          }
          return result instanceof Statement plain ? statement(Statement.class, plain, "") : result;
        });
  }

  private <T extends Statement> T statement(Class<T> type, T statement, String prepared) {
    return proxy(
        type,
        (self, method, arguments) -> {
          if (method.getName().startsWith("execute")) {
            count(arguments != null && arguments[0] instanceof String given ? given : prepared);
          }
          return call(statement, method, arguments);
        });
  }

  private void count(String text) {
    trips.increment();
    statements.add(1 + text.chars().filter(character -> character == ';').count());
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(RoundTrips.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
