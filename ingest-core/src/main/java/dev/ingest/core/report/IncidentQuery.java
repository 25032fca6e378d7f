package dev.ingest.core.report;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Which sequences an incident report is about: those for which everything holds that is given.
 *
 * @param owner only this owner's
 * @param window only those of this time
 * @param work only those that this worked on
 * @param states only those in one of these states; empty for every state
 * @param code only those whose failure has this code, such as {@code ATTEMPTS_EXHAUSTED}
 */
public record IncidentQuery(
    Optional<OwnerId> owner,
    Optional<Window> window,
    Work work,
    Set<State> states,
    Optional<String> code) {

  /** Every sequence of the ledger. */
  public static final IncidentQuery ALL =
      new IncidentQuery(Optional.empty(), Optional.empty(), Work.ANY, Set.of(), Optional.empty());

  /**
   * Copies the set.
   *
   * @param owner only this owner's
   * @param window only those of this time
   * @param work only those that this worked on
   * @param states only those in one of these states
   * @param code only those whose failure has this code
   */
  public IncidentQuery {
    states = Set.copyOf(states);
  }

  /**
   * A stretch of time, by the ledger's clock.
   *
   * @param from its beginning
   * @param to its end, which is not part of it
   * @param touched whether a sequence also counts to which something was recorded within it; costs
   *     a read of the history of each sequence that was accepted outside
   */
  public record Window(Instant from, Instant to, boolean touched) {

    /**
     * Checks the order.
     *
     * @param from its beginning
     * @param to its end
     * @param touched whether a recorded change within it counts
     */
    public Window {
      if (!from.isBefore(to)) {
        throw new InvalidValueException(
            Kind.TIME, from + " to " + to, "a window begins before it ends");
      }
    }

    boolean holds(Instant at) {
      return !at.isBefore(from) && at.isBefore(to);
    }
  }

  /**
   * What worked on a sequence.
   *
   * @param pipeline the pipeline of its run
   * @param stage the name of the stage that is due, or in which it failed; a stage that was passed
   *     is not told
   * @param nodeVersion the version of a node that held a lease on it: as its history and its
   *     present lease tell, which costs a read of the history of each sequence. What the ledger
   *     cannot tell is counted as such
   */
  public record Work(
      Optional<String> pipeline, Optional<String> stage, Optional<String> nodeVersion) {

    /** Whatever worked on it. */
    public static final Work ANY = new Work(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * Copies with a window.
   *
   * @param stretch the window
   * @return the copy
   */
  public IncidentQuery within(Window stretch) {
    return new IncidentQuery(owner, Optional.of(stretch), work, states, code);
  }

  /**
   * Copies with states.
   *
   * @param which the states
   * @return the copy
   */
  public IncidentQuery in(Set<State> which) {
    return new IncidentQuery(owner, window, work, which, code);
  }

  /**
   * Copies with what worked on it.
   *
   * @param what the pipeline, the stage, the node version
   * @return the copy
   */
  public IncidentQuery workedOnBy(Work what) {
    return new IncidentQuery(owner, window, what, states, code);
  }
}
