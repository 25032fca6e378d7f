package dev.ingest.spi;

import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;

/** Argument rules that several value types share. */
final class Checks {

  private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant END = Instant.parse("9999-12-31T23:59:59Z").plusSeconds(1);

  /** ASCII letters and digits. */
  static final String ALPHANUMERIC =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  private static final int MOST_NAME_CHARS = 128;
  private static final HexFormat DIGITS = HexFormat.of();
  private static final boolean[] HEX = tableOf("0123456789abcdef");

  private Checks() {}

  /** Makes a table of some ASCII characters. */
  static boolean[] tableOf(String characters) {
    boolean[] table = new boolean[128];
    characters.chars().forEach(c -> table[c] = true);
    return table;
  }

  /**
   * Takes a name of 1 to 128 characters. By tables, not by a pattern, as {@link #isHex} does: each
   * sequence that is read has two names.
   *
   * @param first what it may begin with
   * @param other what may follow
   */
  static void name(Kind kind, String value, boolean[] first, boolean[] other, String rule) {
    boolean hasForm =
        !value.isEmpty() && value.length() <= MOST_NAME_CHARS && isOf(first, value.charAt(0));
    for (int i = 1; hasForm && i < value.length(); i++) {
      hasForm = isOf(other, value.charAt(i));
    }
    if (!hasForm) {
      throw new InvalidValueException(kind, value, rule);
    }
  }

  private static boolean isOf(boolean[] table, char c) {
    return c < table.length && table[c];
  }

  /** Takes the text form of 128 bits: 32 lower-case hexadecimal digits. */
  static String bits128(String value, String rule) {
    if (value.length() != 32 || !isHex(value, 0, 32)) {
      throw new InvalidValueException(Kind.IDENTIFIER, value, rule);
    }
    return value;
  }

  /** Writes that form. Not by a format: each transition has such an id. */
  static String hex128(long high, long low) {
    return DIGITS.toHexDigits(high) + DIGITS.toHexDigits(low);
  }

  /**
   * By a table, not by a pattern or by ranges: an audit makes several such values of each sequence,
   * and digits and letters in random order are branches that no processor foresees.
   */
  static boolean isHex(String value, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!isOf(HEX, value.charAt(i))) {
        return false;
      }
    }
    return true;
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
