package dev.ingest.spi;

/**
 * What became of one element of a batch. Every caller handles all three cases.
 *
 * <p>{@link Unknown} is not a failure and not a success: the effect may have happened, may still
 * happen, or may never happen. It is resolved by submitting the <em>same</em> element again (same
 * id) until it is applied or refused; nothing is compensated before.
 *
 * <p>No method has a body here: an interface with one is initialised with each of its subtypes, and
 * two threads that meet {@link #APPLIED} and {@link Applied} first would wait for each other.
 */
public sealed interface Outcome {

  /** The one instance of {@link Applied}. */
  Outcome APPLIED = new Applied();

  /** The effect is durable, by this call or by an earlier one of the same element. */
  record Applied() implements Outcome {
    @Override
    public boolean isApplied() {
      return true;
    }
  }

  /**
   * The effect did not and will not happen by this call.
   *
   * @param reason why
   * @param detail expected and actual, for people
   */
  record NotApplied(Reason reason, String detail) implements Outcome {
    @Override
    public boolean isApplied() {
      return false;
    }
  }

  /**
   * Nobody knows yet whether the effect happened.
   *
   * @param cause what hid the answer
   */
  record Unknown(Throwable cause) implements Outcome {
    @Override
    public boolean isApplied() {
      return false;
    }
  }

  /** Why an effect was refused. */
  enum Reason {
    /** There is nothing with that key or id. */
    ABSENT,
    /** There is something with that key already. */
    EXISTS,
    /** The row changed since it was read, but the caller's lease, if it named one, is current. */
    STALE_VERSION,
    /** The caller's lease token is not, or no longer, the current one. */
    FENCED,
    /** The upload session is not open any more. */
    SESSION_CLOSED,
    /** The same ordinal or key is taken by something else. */
    CONFLICT,
    /** A quota or limit does not allow it. */
    LIMIT,
    /** The permit does not cover the key, or the adapter does not honour it. */
    NOT_PERMITTED
  }

  /**
   * Makes a refusal.
   *
   * @param reason why
   * @param detail expected and actual, for people
   * @return the outcome
   */
  static Outcome notApplied(Reason reason, String detail) {
    return new NotApplied(reason, detail);
  }

  /**
   * Tells whether the effect is durable.
   *
   * @return true only for {@link Applied}
   */
  boolean isApplied();
}
