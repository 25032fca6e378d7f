package dev.ingest.spi.content;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;

/**
 * The generated name of stored bytes: parts of lower-case letters, digits, {@code -} and {@code _}
 * joined by {@code /}. Never built from user text. Keys sort as ASCII, which is the order in which
 * a store lists them.
 *
 * @param value 1 to 512 characters, at most 16 parts, each of 1 to 128 characters
 */
public record ContentKey(String value) implements Comparable<ContentKey> {

  static final int MAX_CHARS = 512;
  private static final int MAX_PART_CHARS = 128;
  private static final int MAX_PARTS = 16;
  private static final boolean[] IN_PARTS = new boolean[128];

  static {
    "abcdefghijklmnopqrstuvwxyz0123456789-_".chars().forEach(c -> IN_PARTS[c] = true);
  }

  /**
   * Validates the form.
   *
   * @param value 1 to 512 characters, at most 16 parts, each of 1 to 128 characters
   */
  public ContentKey {
    check(value);
  }

  static void check(String value) {
    if (value.length() > MAX_CHARS || !hasForm(value)) {
      throw new InvalidValueException(
          Kind.CONTENT_KEY,
          value,
          "a key is 1 to 16 parts of lower-case letters, digits, - or _, joined by /");
    }
  }

  /**
   * Every key of every listing comes through here, and most of a key is digits and letters in
   * random order, which ranges would make branches that no processor foresees.
   */
  private static boolean hasForm(String value) {
    int parts = 1;
    int inPart = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '/') {
        if (inPart == 0) {
          return false;
        }
        parts++;
        inPart = 0;
      } else if (c < IN_PARTS.length && IN_PARTS[c]) {
        inPart++;
        if (inPart > MAX_PART_CHARS) {
          return false;
        }
      } else {
        return false;
      }
    }
    return inPart > 0 && parts <= MAX_PARTS;
  }

  @Override
  public int compareTo(ContentKey other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
