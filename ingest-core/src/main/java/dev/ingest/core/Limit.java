package dev.ingest.core;

import dev.ingest.spi.InvalidValueException;
import java.util.Locale;

/** The bound of what is asked for in one call. */
final class Limit {

  private Limit() {}

  /** Returns a limit, or refuses one that is not 1 to the most that may be asked for. */
  static int checked(int limit, int most) {
    if (limit < 1 || limit > most) {
      throw new InvalidValueException(
          InvalidValueException.Kind.NUMBER,
          Integer.toString(limit),
          String.format(Locale.ROOT, "a limit is 1 to %,d", most));
    }
    return limit;
  }
}
