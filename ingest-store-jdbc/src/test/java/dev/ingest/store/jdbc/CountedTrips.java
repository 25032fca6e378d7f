package dev.ingest.store.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Records each text that is sent to the server through a source: one entry is one round trip. */
final class CountedTrips {

  private static final Set<String> ENDINGS = Set.of("commit", "rollback");

  private final List<String> sent = new CopyOnWriteArrayList<>();

  /** Returns what was sent since the last look. */
  List<String> take() {
    List<String> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

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
          if (ENDINGS.contains(method.getName())) {
            sent.add(method.getName());
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
            boolean given = arguments != null && arguments[0] instanceof String;
            sent.add(given ? String.valueOf(arguments[0]) : prepared);
          }
          return call(statement, method, arguments);
        });
  }

  private static @Nullable Object call(Object target, Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            CountedTrips.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
