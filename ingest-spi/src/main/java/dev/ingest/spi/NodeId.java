package dev.ingest.spi;

import dev.ingest.spi.InvalidValueException.Kind;
import java.util.regex.Pattern;

/**
 * One running engine.
 *
 * @param value 1 to 128 ASCII letters, digits and {@code . _ : @ -}
 */
public record NodeId(String value) implements Comparable<NodeId> {

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._:@-]{1,128}");

  /**
   * Validates the form.
   *
   * @param value 1 to 128 ASCII letters, digits and {@code . _ : @ -}
   */
  public NodeId {
    Checks.matching(
        Kind.IDENTIFIER, value, FORM, "a node id is 1 to 128 ASCII letters, digits or . _ : @ -");
  }

  @Override
  public int compareTo(NodeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
