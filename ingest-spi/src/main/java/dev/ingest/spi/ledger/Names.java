package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/** Rules for names and texts that several ledger rows share. */
final class Names {

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  // In a pattern a surrogate matches only where it is not half of a pair.
  private static final Pattern UNSTORABLE = Pattern.compile("[\\x{0}\\x{D800}-\\x{DFFF}]");

  private static final int NANOS_PER_MILLI = 1_000_000;

  private Names() {}

  static String name(String value, String what) {
    if (!NAME.matcher(value).matches()) {
      throw new InvalidValueException(
          Kind.IDENTIFIER,
          value,
          what
              + " is 1 to 64 lower-case letters, digits or . _ -, starting with a letter or digit");
    }
    return value;
  }

  /** Keeps a free text verbatim, but for what some store could not keep or would alter. */
  static String bounded(String value, int maxChars, String what) {
    if (value.length() > maxChars) {
      throw new InvalidValueException(
          Kind.TEXT, value, what + " has at most " + maxChars + " characters");
    }
    if (hasRare(value) && UNSTORABLE.matcher(value).find()) {
      throw new InvalidValueException(
          Kind.TEXT, value, what + " has no character U+0000 and no half of a surrogate pair");
    }
    return value;
  }

  /** Nearly no text has any of these, and each row of history is looked through for them. */
  private static boolean hasRare(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == 0 || Character.isSurrogate(c)) {
        return true;
      }
    }
    return false;
  }

  static long atLeast(long value, long min, String what) {
    if (value < min) {
      throw new InvalidValueException(
          Kind.NUMBER, Long.toString(value), what + " is " + min + " or more");
    }
    return value;
  }

  static long atMost(long value, long max, String what) {
    if (value > max) {
      throw new InvalidValueException(
          Kind.NUMBER, Long.toString(value), what + " is at most " + max);
    }
    return value;
  }

  /** Cuts to milliseconds, as every store keeps times: what was written is what is read. */
  static Instant millis(Instant time) {
    return time.getLong(ChronoField.NANO_OF_SECOND) % NANOS_PER_MILLI == 0
        ? time
        : time.truncatedTo(ChronoUnit.MILLIS);
  }

  static int limit(int value, int max) {
    if (value < 1 || value > max) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(value), "a limit is 1 to " + max);
    }
    return value;
  }
}
