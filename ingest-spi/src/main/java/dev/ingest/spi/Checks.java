package dev.ingest.spi;

import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/** Argument rules that several value types share. */
final class Checks {

  private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant END = Instant.parse("9999-12-31T23:59:59Z").plusSeconds(1);

  private Checks() {}

  static String matching(Kind kind, String value, Pattern pattern, String rule) {
    if (!pattern.matcher(value).matches()) {
      throw new InvalidValueException(kind, value, rule);
    }
    return value;
  }

  /** Cuts to milliseconds, as every store keeps times, and refuses what some store cannot keep. */
  static Instant millis(String what, Instant time) {
    if (time.isBefore(EARLIEST) || !time.isBefore(END)) {
      throw new InvalidValueException(
          Kind.TIME, time.toString(), what + " must lie in the years 0 to 9999");
    }
    return time.truncatedTo(ChronoUnit.MILLIS);
  }

  static long inRange(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new InvalidValueException(
          Kind.NUMBER, Long.toString(value), what + " must be from " + min + " to " + max);
    }
    return value;
  }
}
