package dev.ingest.spi;

/**
 * The identity of one life of a ledger; it changes when the ledger is restored from a backup or
 * fails over with possible loss, and with it every older lease token turns invalid.
 *
 * @param value 32 lower-case hexadecimal digits: 128 random bits
 */
public record IncarnationId(String value) implements Comparable<IncarnationId> {

  /**
   * Validates the form.
   *
   * @param value 32 lower-case hexadecimal digits: 128 random bits
   */
  public IncarnationId {
    Checks.bits128(value, "an incarnation id is 32 lower-case hex digits");
  }

  /**
   * Makes an id of random bits. The caller supplies the randomness.
   *
   * @param high 64 random bits
   * @param low 64 more random bits
   * @return the id
   */
  public static IncarnationId ofBits(long high, long low) {
    return new IncarnationId(Checks.hex128(high, low));
  }

  @Override
  public int compareTo(IncarnationId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
