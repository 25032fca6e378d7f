package dev.ingest.spi.content;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.util.regex.Pattern;

/**
 * The generated name of stored bytes: parts of lower-case letters, digits, {@code -} and {@code _}
 * joined by {@code /}. Never built from user text. Keys sort as ASCII, which is the order in which
 * a store lists them.
 *
 * @param value 1 to 512 characters, at most 16 parts, each of 1 to 128 characters
 */
public record ContentKey(String value) implements Comparable<ContentKey> {

  static final Pattern FORM = Pattern.compile("[a-z0-9_-]{1,128}(?:/[a-z0-9_-]{1,128}){0,15}");
  static final int MAX_CHARS = 512;

  /**
   * Validates the form.
   *
   * @param value 1 to 512 characters, at most 16 parts, each of 1 to 128 characters
   */
  public ContentKey {
    check(value);
  }

  static void check(String value) {
    if (value.length() > MAX_CHARS || !FORM.matcher(value).matches()) {
      throw new InvalidValueException(
          Kind.CONTENT_KEY,
          value,
          "a key is 1 to 16 parts of lower-case letters, digits, - or _, joined by /");
    }
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
