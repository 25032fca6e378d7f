package dev.ingest.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Bends one method of a sound store, and leaves the others as they are. */
final class Twist {

  private Twist() {}

  /** What the bent method does instead; it may call the sound one. */
  interface Instead {
    @Nullable Object call(Object[] args) throws Throwable;
  }

  static <T> T of(Class<T> type, T sound, String method, Instead instead) {
    return type.cast(
        Proxy.newProxyInstance(
            Twist.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, called, args) -> {
              Object[] given = args == null ? new Object[0] : args;
              if (called.getName().equals(method)) {
                return instead.call(given);
              }
              try {
                return called.invoke(sound, given);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            }));
  }
}
