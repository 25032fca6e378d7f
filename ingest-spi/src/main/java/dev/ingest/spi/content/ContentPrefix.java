package dev.ingest.spi.content;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;

/**
 * Whole leading parts of keys: everything of one area, owner, sequence, session or run. {@code a/b}
 * covers {@code a/b/c} but not {@code a/bc}.
 *
 * @param value the parts, in the form of a key
 */
public record ContentPrefix(String value) implements Comparable<ContentPrefix> {

  /**
   * Validates the form.
   *
   * @param value the parts
   */
  public ContentPrefix {
    ContentKey.check(value);
  }

  /**
   * Makes the key of a part below this prefix.
   *
   * @param part one or more parts
   * @return the key
   */
  public ContentKey key(String part) {
    return new ContentKey(value + "/" + part);
  }

  /**
   * Makes a longer prefix.
   *
   * @param part one or more parts
   * @return the prefix
   */
  public ContentPrefix child(String part) {
    return new ContentPrefix(value + "/" + part);
  }

  /**
   * Tells whether a key lies below this prefix.
   *
   * @param key the key
   * @return true if all of this prefix's parts lead the key
   */
  public boolean covers(ContentKey key) {
    return key.value().length() > value.length()
        && key.value().charAt(value.length()) == '/'
        && key.value().startsWith(value);
  }

  /**
   * Returns the part of a key that follows this prefix.
   *
   * @param key a key below this prefix
   * @return the rest of the key
   */
  public String relative(ContentKey key) {
    if (!covers(key)) {
      throw new InvalidValueException(Kind.CONTENT_KEY, key.value(), "not below " + value);
    }
    return key.value().substring(value.length() + 1);
  }

  @Override
  public int compareTo(ContentPrefix other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
