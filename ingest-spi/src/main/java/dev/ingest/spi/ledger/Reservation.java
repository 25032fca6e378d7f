package dev.ingest.spi.ledger;

/**
 * Room reserved before bytes are taken.
 *
 * @param items the number of items, 0 or more
 * @param bytes their total length, 0 or more
 */
public record Reservation(long items, long bytes) {

  /** No room. */
  public static final Reservation NONE = new Reservation(0, 0);

  /**
   * Validates the numbers.
   *
   * @param items the number of items
   * @param bytes their total length
   */
  public Reservation {
    Names.atLeast(items, 0, "a reservation's items");
    Names.atLeast(bytes, 0, "a reservation's bytes");
  }

  /**
   * Adds another reservation.
   *
   * @param other the other
   * @return the sum
   * @throws ArithmeticException past 2<sup>63</sup>−1
   */
  public Reservation plus(Reservation other) {
    return new Reservation(Math.addExact(items, other.items), Math.addExact(bytes, other.bytes));
  }
}
