package dev.ingest.spi;

/**
 * The identity of one upload session; part of every raw key, never reused.
 *
 * @param value 32 lower-case hexadecimal digits: 128 random bits
 */
public record SessionId(String value) implements Comparable<SessionId> {

  /**
   * Validates the form.
   *
   * @param value 32 lower-case hexadecimal digits: 128 random bits
   */
  public SessionId {
    Checks.bits128(value, "a session id is 32 lower-case hex digits");
  }

  /**
   * Makes an id of random bits. The caller supplies the randomness.
   *
   * @param high 64 random bits
   * @param low 64 more random bits
   * @return the id
   */
  public static SessionId ofBits(long high, long low) {
    return new SessionId(Checks.hex128(high, low));
  }

  @Override
  public int compareTo(SessionId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
