package dev.ingest.core;

import dev.ingest.spi.IngestException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;

/**
 * The least and the largest value that a record takes for a component while the others have their
 * defaults, found by trying: by halves between what it takes and what it refuses. Where an engine
 * asks the record for a mismatch before it is built, a value that has one is refused as well.
 */
final class SettingBounds {

  private static final long LONGEST_MILLIS = 1L << 50;

  private final Record defaults;
  private final int index;
  private final RecordComponent component;

  private SettingBounds(Record defaults, int index) {
    this.defaults = defaults;
    this.index = index;
    this.component = defaults.getClass().getRecordComponents()[index];
  }

  /** Finds the bounds of a number or a length of time; empty for what is neither, or unbounded. */
  static Optional<String> of(Record defaults, int index) {
    return new SettingBounds(defaults, index).find();
  }

  private Optional<String> find() {
    Object byDefault = SettingValues.component(defaults, index);
    if (component.getType() == int.class) {
      return between(
          Integer.MIN_VALUE,
          (int) byDefault,
          Integer.MAX_VALUE,
          value -> (int) value,
          SettingValues::number);
    } else if (component.getType() == long.class) {
      return between(
          Long.MIN_VALUE, (long) byDefault, Long.MAX_VALUE, value -> value, SettingValues::number);
    } else if (byDefault instanceof Duration length) {
      return between(
          -LONGEST_MILLIS,
          length.toMillis(),
          LONGEST_MILLIS,
          Duration::ofMillis,
          SettingBounds::length);
    }
    return Optional.empty();
  }

  /** A bound that a round length of time just misses is shown by that. */
  private static String length(long millis) {
    if (millis > 1_000 && (millis - 1) % 1_000 == 0) {
      return "longer than " + SettingValues.text(Duration.ofMillis(millis - 1));
    } else if (millis > 0 && (millis + 1) % 1_000 == 0) {
      return "shorter than " + SettingValues.text(Duration.ofMillis(millis + 1));
    }
    return SettingValues.text(Duration.ofMillis(millis));
  }

  private Optional<String> between(
      long least,
      long byDefault,
      long most,
      LongFunction<Object> value,
      LongFunction<String> shown) {
    LongPredicate isTaken = tried -> isTaken(value.apply(tried));
    if (!isTaken.test(byDefault)) {
      throw new IllegalStateException(component + " refuses its default");
    }
    Optional<String> from =
        isTaken.test(least)
            ? Optional.empty()
            : Optional.of(shown.apply(nearest(least, byDefault, isTaken)));
    Optional<String> to =
        isTaken.test(most)
            ? Optional.empty()
            : Optional.of(shown.apply(nearest(most, byDefault, isTaken)));
    if (from.isEmpty()) {
      return to.map(text -> "up to " + text);
    }
    return Optional.of(from.get() + to.map(text -> " to " + text).orElse(" or more"));
  }

  /** Returns the taken value that is nearest to one that is refused. */
  private static long nearest(long refused, long taken, LongPredicate isTaken) {
    long outside = refused;
    long inside = taken;
    while (outside < inside ? outside + 1 != inside : inside + 1 != outside) {
      // Half their sum, which might not fit.
      long middle = (inside >> 1) + (outside >> 1) + (inside & outside & 1);
      if (isTaken.test(middle)) {
        inside = middle;
      } else {
        outside = middle;
      }
    }
    return inside;
  }

  private boolean isTaken(Object tried) {
    RecordComponent[] components = defaults.getClass().getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = i == index ? tried : SettingValues.component(defaults, i);
    }
    try {
      Constructor<?> constructor =
          defaults
              .getClass()
              .getDeclaredConstructor(
                  Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      return mismatch(constructor.newInstance(values)).isEmpty();
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IngestException) {
        return false;
      }
      throw new IllegalStateException(component + " neither takes nor refuses " + tried, e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be tried", e);
    }
  }

  /** Asks a record alone; a mismatch between several policies is not a bound of one of them. */
  private static Optional<?> mismatch(Object made) throws ReflectiveOperationException {
    for (Method method : made.getClass().getDeclaredMethods()) {
      if (method.getName().equals("mismatch") && method.getParameterCount() == 0) {
        return (Optional<?>) method.invoke(made);
      }
    }
    return Optional.empty();
  }
}
