package dev.ingest.testkit.fault;

/**
 * What goes wrong at one call. Every fault but {@link StaleRead} stays within what the storage
 * interfaces allow, so a correct engine survives all of them.
 */
public sealed interface Fault {

  /** Nothing goes wrong. */
  Fault NONE = new None();

  /** Nothing goes wrong. */
  record None() implements Fault {}

  /** The call fails before it has any effect. */
  record FailBefore() implements Fault {}

  /** The call takes effect, but its reply is lost: the caller sees an error. */
  record ReplyLost() implements Fault {}

  /**
   * The call takes long. What happens meanwhile is up to the test: time may pass, and others may
   * use the same store.
   *
   * @param before runs before the call takes effect
   * @param after runs between the effect and the reply
   */
  record Delay(Runnable before, Runnable after) implements Fault {}

  /**
   * The call is delivered twice. The caller sees the reply to the first; the second is a late
   * ghost.
   */
  record Duplicate() implements Fault {}

  /**
   * The call stops half-way with an error. Of a put the body is read in part and nothing becomes
   * visible; of a commit of many keys, and of a batch, only the first elements take effect. A read
   * gives fewer bytes and then fails. A call that is all or nothing fails before its effect.
   *
   * @param kept how many bytes or elements come through, 0 or more
   */
  record Torn(int kept) implements Fault {

    /**
     * Validates the number.
     *
     * @param kept how many bytes or elements come through
     */
    public Torn {
      if (kept < 0) {
        throw new IllegalArgumentException("a torn call keeps 0 or more, not " + kept);
      }
    }
  }

  /**
   * A read repeats the answer that the same question got before, whatever changed since. The
   * storage interfaces forbid this, so the wrappers refuse it unless they were told to allow it; it
   * is for tests that show what depends on fresh reads.
   */
  record StaleRead() implements Fault {}

  /** The process dies before the call takes effect. */
  record CrashBefore() implements Fault {}

  /** The process dies after the effect and before the reply. */
  record CrashAfter() implements Fault {}
}
