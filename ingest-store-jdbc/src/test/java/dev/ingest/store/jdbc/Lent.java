package dev.ingest.store.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** A pool of one connection that sets nothing back, and tells when it has it again. */
final class Lent {

  private Lent() {}

  /** What is done when the connection comes back. */
  @FunctionalInterface
  interface Return {
    void seen() throws SQLException;
  }

  static DataSource source(Connection only, Return seen) {
    return proxy(
        DataSource.class,
        (self, method, arguments) ->
            method.getName().equals("isWrapperFor") ? (Object) false : connection(only, seen));
  }

  private static Connection connection(Connection only, Return seen) {
    return proxy(
        Connection.class,
        (self, method, arguments) -> {
          if (method.getName().equals("close")) {
            seen.seen();
            return null;
          }
          try {
            return method.invoke(only, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(Lent.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
