package dev.ingest.spi;

import dev.ingest.spi.InvalidValueException.Kind;

/**
 * One running engine.
 *
 * @param value 1 to 128 ASCII letters, digits and {@code . _ : @ -}
 */
public record NodeId(String value) implements Comparable<NodeId> {

  private static final boolean[] CHARACTERS = Checks.tableOf(Checks.ALPHANUMERIC + "._:@-");

  /**
   * Validates the form.
   *
   * @param value 1 to 128 ASCII letters, digits and {@code . _ : @ -}
   */
  public NodeId {
    Checks.name(
        Kind.IDENTIFIER,
        value,
        CHARACTERS,
        CHARACTERS,
        "a node id is 1 to 128 ASCII letters, digits or . _ : @ -");
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
