package dev.ingest.store.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Connections whose every text goes through someone before it is sent. */
final class Intercepted {

  private static final Set<String> ENDINGS = Set.of("commit", "rollback");

  private Intercepted() {}

  /** What would have been done. */
  @FunctionalInterface
  interface Sending {

    @Nullable Object go() throws SQLException;
  }

  /** Who stands between. */
  interface Between {

    /** Lends a connection, or does not. */
    default @Nullable Object lent(Sending lending) throws SQLException {
      return lending.go();
    }

    /** How long an answer is waited for at most, instead of as long as was asked for. */
    default int timeoutMillis(int asked) {
      return asked;
    }

    /**
     * Sends a text, or does not.
     *
     * @param connection the connection below, on which nothing is intercepted
     * @param text what is sent
     * @param sending sends it
     */
    @Nullable Object sent(Connection connection, String text, Sending sending) throws SQLException;
  }

  static DataSource source(DataSource source, Between between) {
    return proxy(
        DataSource.class,
        (self, method, arguments) -> {
          if (!method.getName().equals("getConnection")) {
            return call(source, method, arguments);
          }
          Object lent = between.lent(() -> passed(source, method, arguments));
          return lent instanceof Connection connection ? connection(connection, between) : lent;
        });
  }

  static Connection connection(Connection connection, Between between) {
    return proxy(
        Connection.class,
        (self, method, arguments) -> {
          if (ENDINGS.contains(method.getName())) {
            return between.sent(
                connection, method.getName(), () -> passed(connection, method, arguments));
          }
          if (method.getName().equals("setNetworkTimeout")) {
            arguments[1] = between.timeoutMillis((int) arguments[1]);
          }
          Object result = call(connection, method, arguments);
          if (result instanceof PreparedStatement prepared && arguments != null) {
            String text = String.valueOf(arguments[0]);
            return statement(PreparedStatement.class, connection, prepared, text, between);
          }
          return result instanceof Statement plain
              ? statement(Statement.class, connection, plain, "", between)
              : result;
        });
  }

  private static <T extends Statement> T statement(
      Class<T> type, Connection connection, T statement, String prepared, Between between) {
    return proxy(
        type,
        (self, method, arguments) -> {
          if (!method.getName().startsWith("execute")) {
            return call(statement, method, arguments);
          }
          boolean given = arguments != null && arguments[0] instanceof String;
          String text = given ? String.valueOf(arguments[0]) : prepared;
          return between.sent(connection, text, () -> passed(statement, method, arguments));
        });
  }

  private static @Nullable Object passed(Object target, Method method, Object[] arguments)
      throws SQLException {
    try {
      return call(target, method, arguments);
    } catch (SQLException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new SQLException("not one of JDBC", e);
    }
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
        Proxy.newProxyInstance(Intercepted.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
