package dev.ingest.core.invariants;

import dev.ingest.spi.UnhandledError;

/** A promise was broken. Nothing that survives the failures of stages and stores catches it. */
public final class InvariantViolation extends UnhandledError {

  private static final long serialVersionUID = 1L;

  /** The invariant's number and name. */
  private final String invariant;

  /**
   * Creates the error.
   *
   * @param invariant the invariant's number and name
   * @param subject the sequence, or what else it is about
   * @param expected what had to be
   * @param actual what is
   */
  public InvariantViolation(String invariant, Object subject, String expected, String actual) {
    super(
        "%s violated by %s: expected %s, found %s".formatted(invariant, subject, expected, actual));
    this.invariant = invariant;
  }

  /**
   * Names what was violated.
   *
   * @return for example {@code S7 Fencing}
   */
  public String invariant() {
    return invariant;
  }
}
