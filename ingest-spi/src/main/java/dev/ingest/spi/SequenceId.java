package dev.ingest.spi;

import dev.ingest.spi.InvalidValueException.Kind;
import java.util.regex.Pattern;

/**
 * The name of a sequence within its owner's scope; two owners may use the same one.
 *
 * @param value 1 to 128 characters: ASCII letters, digits and {@code . _ -}, starting with a letter
 *     or digit
 */
public record SequenceId(String value) implements Comparable<SequenceId> {

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /**
   * Validates the form.
   *
   * @param value 1 to 128 characters: ASCII letters, digits and {@code . _ -}, starting with a
   *     letter or digit
   */
  public SequenceId {
    Checks.matching(
        Kind.SEQUENCE_ID,
        value,
        FORM,
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
