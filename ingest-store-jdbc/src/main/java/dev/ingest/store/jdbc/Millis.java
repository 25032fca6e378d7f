package dev.ingest.store.jdbc;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Duration;
import java.time.Instant;

/** Time as the database keeps it: whole milliseconds since 1970 in UTC. */
final class Millis {

  private Millis() {}

  static long of(Instant time) {
    try {
      return time.toEpochMilli();
    } catch (ArithmeticException e) {
      throw new InvalidValueException(
          Kind.TIME, time.toString(), "a ledger keeps times within 2^63 milliseconds of 1970");
    }
  }

  /** Adds a span, stopping at the ends of the range instead of passing them. */
  static long plus(long time, Duration span) {
    return Saturated.sum(time, lengthOf(span));
  }

  /** Subtracts a span, stopping at the ends of the range instead of passing them. */
  static long minus(long time, Duration span) {
    long millis = lengthOf(span);
    return Saturated.sum(time, millis == Long.MIN_VALUE ? Long.MAX_VALUE : -millis);
  }

  private static long lengthOf(Duration span) {
    try {
      return span.toMillis();
    } catch (ArithmeticException e) {
      return span.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
