package dev.ingest.spi.ledger;

import dev.ingest.spi.notice.OwnerNotice;
import java.time.Instant;
import java.util.Optional;

/**
 * A notice that is not acknowledged yet.
 *
 * @param notice the notice
 * @param tries what was tried so far
 * @param dueAt when it is tried next, by the ledger's clock; without meaning while it is set aside
 * @param aside whether it was refused too often and waits for a person
 */
public record WaitingNotice(OwnerNotice notice, Tries tries, Instant dueAt, boolean aside) {

  /** When a notice is due that was never tried: before all others. */
  public static final Instant AT_ONCE = Instant.EPOCH;

  /**
   * Cuts the time to milliseconds.
   *
   * @param notice the notice
   * @param tries what was tried so far
   * @param dueAt when it is tried next
   * @param aside whether it waits for a person
   */
  public WaitingNotice {
    dueAt = Names.millis(dueAt);
  }

  /**
   * What was tried so far.
   *
   * @param made how often it was tried, 0 or more
   * @param refused how many of these count as refusals of this very notice, 0 or more
   * @param last when it was tried last
   * @param problem what the last error said, at most {@link #MAX_PROBLEM} characters; empty without
   *     one
   */
  public record Tries(int made, int refused, Optional<Instant> last, String problem) {

    /** The most characters of a problem. */
    public static final int MAX_PROBLEM = 500;

    /** Nothing was tried. */
    public static final Tries NONE = new Tries(0, 0, Optional.empty(), "");

    /**
     * Checks the counts and the text.
     *
     * @param made how often it was tried
     * @param refused how many of these count as refusals
     * @param last when it was tried last
     * @param problem what the last error said
     */
    public Tries {
      Names.atLeast(made, 0, "a count of tries");
      Names.atLeast(refused, 0, "a count of refusals");
      Names.bounded(problem, MAX_PROBLEM, "a problem");
      last = last.map(Names::millis);
    }
  }

  /**
   * Makes a notice that was never tried.
   *
   * @param notice the notice
   * @return it, due at once
   */
  public static WaitingNotice untried(OwnerNotice notice) {
    return new WaitingNotice(notice, Tries.NONE, AT_ONCE, false);
  }
}
