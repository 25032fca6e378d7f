package dev.ingest.store.jdbc.content;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections of a node that can be made to stand still, as under SIGSTOP: once, before it prepares
 * a statement within a transaction, while something else goes on.
 */
final class FreezingSource {

  private record Stop(Predicate<String> at, Callable<?> meanwhile) {}

  private final DataSource target;
  private final AtomicReference<@Nullable Stop> stop = new AtomicReference<>();

  FreezingSource(DataSource target) {
    this.target = target;
  }

  /** Stops the node at its next such statement until something else is done. */
  void stopAt(Predicate<String> statement, Callable<?> meanwhile) {
    stop.set(new Stop(statement, meanwhile));
  }

  /** Tells whether the node has been stopped, and goes on. */
  boolean hasStopped() {
    return stop.get() == null;
  }

  DataSource source() {
    return proxy(
        DataSource.class,
        (proxy, method, arguments) -> {
          Object result = method.invoke(target, arguments);
          return result instanceof Connection connection ? connection(connection) : result;
        });
  }

  private Connection connection(Connection connection) {
    return proxy(
        Connection.class,
        (proxy, method, arguments) -> {
          if (method.getName().equals("prepareStatement")) {
            freeze(String.valueOf(arguments[0]));
          }
          return method.invoke(connection, arguments);
        });
  }

  private void freeze(String statement) throws Exception {
    Stop set = stop.get();
    if (set != null && set.at().test(statement) && stop.compareAndSet(set, null)) {
      set.meanwhile().call();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    InvocationHandler unwrapping =
        (proxy, method, arguments) -> {
          try {
            return handler.invoke(proxy, method, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return type.cast(
        Proxy.newProxyInstance(
            FreezingSource.class.getClassLoader(), new Class<?>[] {type}, unwrapping));
  }
}
