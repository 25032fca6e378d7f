package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/** Rules for names and texts that several ledger rows share. */
final class Names {

  private static final int MOST_NAME_CHARS = 64;
  private static final boolean[] FIRST = tableOf("abcdefghijklmnopqrstuvwxyz0123456789");
  private static final boolean[] OTHER = tableOf("abcdefghijklmnopqrstuvwxyz0123456789._-");

  // In a pattern a surrogate matches only where it is not half of a pair.
  private static final Pattern UNSTORABLE = Pattern.compile("[\\x{0}\\x{D800}-\\x{DFFF}]");

  private static final int NANOS_PER_MILLI = 1_000_000;

  private Names() {}

  private static boolean[] tableOf(String characters) {
    boolean[] table = new boolean[128];
    characters.chars().forEach(c -> table[c] = true);
    return table;
  }

  /** By tables, not by a pattern: each look at a record, a run or a kind of work has such names. */
  static String name(String value, String what) {
    boolean hasForm =
        !value.isEmpty() && value.length() <= MOST_NAME_CHARS && isOf(FIRST, value.charAt(0));
    for (int i = 1; hasForm && i < value.length(); i++) {
      hasForm = isOf(OTHER, value.charAt(i));
    }
    if (!hasForm) {
      throw new InvalidValueException(
          Kind.IDENTIFIER,
          value,
          what
              + " is 1 to 64 lower-case letters, digits or . _ -, starting with a letter or digit");
    }
    return value;
  }

  private static boolean isOf(boolean[] table, char c) {
    return c < table.length && table[c];
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
