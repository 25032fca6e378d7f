package dev.ingest.core;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.text.NumberFormat;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Values of settings as the page of the configuration shows them. */
final class SettingValues {

  private SettingValues() {}

  /** Reads a component of a record. */
  static Object component(Record record, int index) {
    try {
      return record.getClass().getRecordComponents()[index].getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a component of " + record + " cannot be read", e);
    }
  }

  static String text(Object value) {
    if (value instanceof Duration length) {
      return length(length);
    } else if (value instanceof Optional<?> optional) {
      return optional.map(SettingValues::text).orElse("none");
    } else if (value instanceof Collection<?> all) {
      return all.stream().map(SettingValues::text).collect(Collectors.joining(", "));
    } else if (value instanceof Integer || value instanceof Long) {
      return number(((Number) value).longValue());
    }
    return value instanceof String || value instanceof Boolean || value instanceof Enum<?>
        ? value.toString()
        : constant(value);
  }

  /** The name of what has no text of its own, by the constant of its type that it is. */
  private static String constant(Object value) {
    return Stream.concat(Stream.of(value.getClass()), Stream.of(value.getClass().getInterfaces()))
        .flatMap(type -> Stream.of(type.getFields()))
        .filter(field -> Modifier.isStatic(field.getModifiers()))
        .filter(field -> isValue(field, value))
        .map(field -> field.getDeclaringClass().getSimpleName() + "." + field.getName())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no name for " + value));
  }

  @SuppressWarnings("NullAway") // A static field is read of no object.
  private static boolean isValue(Field field, Object value) {
    try {
      return field.get(null) == value;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field + " cannot be read", e);
    }
  }

  static String number(long number) {
    return number == Long.MAX_VALUE
        ? "unlimited"
        : NumberFormat.getIntegerInstance(Locale.ROOT).format(number);
  }

  /** A length of time in the largest unit of which it is a whole number. */
  private static String length(Duration length) {
    long millis = length.toMillis();
    if (millis == 0) {
      return "0";
    }
    for (Unit unit :
        List.of(
            new Unit("d", 86_400_000),
            new Unit("h", 3_600_000),
            new Unit("min", 60_000),
            new Unit("s", 1_000))) {
      if (millis % unit.millis() == 0) {
        return number(millis / unit.millis()) + " " + unit.name();
      }
    }
    return number(millis) + " ms";
  }

  private record Unit(String name, long millis) {}
}
