package dev.ingest.spi;

/**
 * The identity of one transition, minted by its author before the first attempt to commit it, so
 * that every attempt to commit it again is recognised as the same.
 *
 * @param value 32 lower-case hexadecimal digits: 128 random bits
 */
public record TransitionId(String value) implements Comparable<TransitionId> {

  /**
   * Validates the form.
   *
   * @param value 32 lower-case hexadecimal digits: 128 random bits
   */
  public TransitionId {
    Checks.bits128(value, "a transition id is 32 lower-case hex digits");
  }

  /**
   * Makes an id of random bits. The caller supplies the randomness.
   *
   * @param high 64 random bits
   * @param low 64 more random bits
   * @return the id
   */
  public static TransitionId ofBits(long high, long low) {
    return new TransitionId(Checks.hex128(high, low));
  }

  @Override
  public int compareTo(TransitionId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
