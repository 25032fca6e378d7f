package dev.ingest.spi;

import dev.ingest.spi.InvalidValueException.Kind;

/**
 * Who uploaded a sequence: the tenant scope that no read or write crosses.
 *
 * @param value 1 to 128 characters: ASCII letters, digits and {@code . _ @ : + -}, starting with a
 *     letter or digit
 */
public record OwnerId(String value) implements Comparable<OwnerId> {

  private static final boolean[] FIRST = Checks.tableOf(Checks.ALPHANUMERIC);
  private static final boolean[] OTHER = Checks.tableOf(Checks.ALPHANUMERIC + "._@:+-");

  /**
   * Validates the form.
   *
   * @param value 1 to 128 characters: ASCII letters, digits and {@code . _ @ : + -}, starting with
   *     a letter or digit
   */
  public OwnerId {
    Checks.name(
        Kind.OWNER_ID,
        value,
        FIRST,
        OTHER,
        "use 1 to 128 ASCII letters, digits or . _ @ : + -, starting with a letter or digit");
  }

  /**
   * Names an owner.
   *
   * @param value the owner's name in the embedding service
   * @return the owner id
   */
  public static OwnerId of(String value) {
    return new OwnerId(value);
  }

  @Override
  public int compareTo(OwnerId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
