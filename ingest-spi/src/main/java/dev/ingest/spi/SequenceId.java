package dev.ingest.spi;

import dev.ingest.spi.InvalidValueException.Kind;

/**
 * The name of a sequence within its owner's scope; two owners may use the same one.
 *
 * @param value 1 to 128 characters: ASCII letters, digits and {@code . _ -}, starting with a letter
 *     or digit
 */
public record SequenceId(String value) implements Comparable<SequenceId> {

  private static final boolean[] FIRST = Checks.tableOf(Checks.ALPHANUMERIC);
  private static final boolean[] OTHER = Checks.tableOf(Checks.ALPHANUMERIC + "._-");

  /**
   * Validates the form.
   *
   * @param value 1 to 128 characters: ASCII letters, digits and {@code . _ -}, starting with a
   *     letter or digit
   */
  public SequenceId {
    Checks.name(
        Kind.SEQUENCE_ID,
        value,
        FIRST,
        OTHER,
        "use 1 to 128 ASCII letters, digits or . _ -, starting with a letter or digit");
  }

  /**
   * Names a sequence.
   *
   * @param value the name
   * @return the sequence id
   */
  public static SequenceId of(String value) {
    return new SequenceId(value);
  }

  @Override
  public int compareTo(SequenceId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
