package dev.ingest.spi.ledger;

/**
 * What an hourly census counts. One count is of acceptances, and independent of the states; the
 * states add up to it; the last two are of sequences that are in the count of their state as well.
 */
public enum CensusCount {
  /** Sequences that were accepted in the hour, each once however often it was redriven. */
  ACCEPTED,
  /** ACCEPTED, PROCESSING or PROCESSED. */
  IN_FLIGHT,
  /** VERIFIED. */
  VERIFIED,
  /** EXPIRING. */
  EXPIRING,
  /** EXPIRED. */
  EXPIRED,
  /** FAILED. */
  FAILED,
  /** DISCARDING. */
  DISCARDING,
  /** DISCARDED. */
  DISCARDED,
  /** LOST. */
  LOST,
  /** Of the FAILED those whose publication stands, so that readers see a result. */
  FAILED_PUBLISHED,
  /** Of the LOST those whose publication stands. */
  LOST_PUBLISHED;

  /**
   * Tells under what a sequence in a state is counted.
   *
   * @param state the state
   * @return the count
   */
  public static CensusCount of(State state) {
    return switch (state) {
      case ACCEPTED, PROCESSING, PROCESSED -> IN_FLIGHT;
      case VERIFIED -> VERIFIED;
      case EXPIRING -> EXPIRING;
      case EXPIRED -> EXPIRED;
      case FAILED -> FAILED;
      case DISCARDING -> DISCARDING;
      case DISCARDED -> DISCARDED;
      case LOST -> LOST;
    };
  }

  /**
   * Tells whether this is the count of a state, in which each accepted sequence is once.
   *
   * @return false of what is counted beside the states
   */
  public boolean isOfState() {
    return switch (this) {
      case ACCEPTED, FAILED_PUBLISHED, LOST_PUBLISHED -> false;
      case IN_FLIGHT, VERIFIED, EXPIRING, EXPIRED, FAILED, DISCARDING, DISCARDED, LOST -> true;
    };
  }
}
