package dev.ingest.core.lifecycle;

import static dev.ingest.spi.ledger.State.ACCEPTED;
import static dev.ingest.spi.ledger.State.DISCARDED;
import static dev.ingest.spi.ledger.State.DISCARDING;
import static dev.ingest.spi.ledger.State.EXPIRED;
import static dev.ingest.spi.ledger.State.EXPIRING;
import static dev.ingest.spi.ledger.State.FAILED;
import static dev.ingest.spi.ledger.State.LOST;
import static dev.ingest.spi.ledger.State.PROCESSED;
import static dev.ingest.spi.ledger.State.PROCESSING;

import dev.ingest.spi.ledger.State;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The lifecycle's table: for each kind of event, from which states it leads to which. A mark leads
 * from a state to itself, as does all that happens to a run beside the published result. What is
 * not in the table is refused.
 */
public enum EventKind {
  /** See {@link Event.StageDone}. */
  STAGE_DONE(from(PROCESSING).to(ACCEPTED, PROCESSED), mark(State.VERIFIED)),
  /** See {@link Event.StageFailed}. */
  STAGE_FAILED(from(PROCESSING).to(ACCEPTED, FAILED), mark(State.VERIFIED)),
  /** See {@link Event.StagePending}. */
  STAGE_PENDING(mark(PROCESSING), mark(State.VERIFIED)),
  /** See {@link Event.LeaseLost}. */
  LEASE_LOST(
      from(PROCESSING).to(PROCESSING, FAILED),
      from(PROCESSED).to(PROCESSED, FAILED),
      mark(State.VERIFIED)),
  /** See {@link Event.Verified}. */
  VERIFIED(from(PROCESSED).to(State.VERIFIED)),
  /** See {@link Event.VerificationFailed}. */
  VERIFICATION_FAILED(from(PROCESSED).to(FAILED), mark(State.VERIFIED)),
  /** See {@link Event.VerificationUnknown}. */
  VERIFICATION_UNKNOWN(from(PROCESSED).to(PROCESSED, FAILED), mark(State.VERIFIED)),
  /** See {@link Event.DeadlinePassed}. */
  DEADLINE_PASSED(mark(ACCEPTED), mark(PROCESSING), mark(PROCESSED), mark(FAILED)),
  /** See {@link Event.ExpiryNear}. */
  EXPIRY_NEAR(mark(ACCEPTED), mark(PROCESSING), mark(PROCESSED), mark(FAILED)),
  /** See {@link Event.ToldEarly}. */
  TOLD_EARLY(mark(ACCEPTED), mark(PROCESSING), mark(PROCESSED), mark(FAILED)),
  /** See {@link Event.DeadlineExtended}. */
  DEADLINE_EXTENDED(mark(ACCEPTED), mark(PROCESSING), mark(PROCESSED), mark(FAILED)),
  /** See {@link Event.HoldPlaced}. */
  HOLD_PLACED(
      mark(ACCEPTED), mark(PROCESSING), mark(PROCESSED), mark(State.VERIFIED), mark(FAILED)),
  /** See {@link Event.HoldReleased}. */
  HOLD_RELEASED(
      mark(ACCEPTED), mark(PROCESSING), mark(PROCESSED), mark(State.VERIFIED), mark(FAILED)),
  /** See {@link Event.Redriven}. */
  REDRIVEN(
      from(ACCEPTED).to(ACCEPTED),
      from(PROCESSING).to(ACCEPTED),
      from(PROCESSED).to(ACCEPTED),
      from(FAILED).to(ACCEPTED)),
  /** See {@link Event.Rerouted}. */
  REROUTED(
      from(ACCEPTED).to(ACCEPTED),
      from(PROCESSING).to(ACCEPTED),
      from(PROCESSED).to(ACCEPTED),
      from(FAILED).to(ACCEPTED)),
  /** See {@link Event.Readmitted}. */
  READMITTED(from(FAILED).to(ACCEPTED), from(LOST).to(ACCEPTED), from(DISCARDED).to(ACCEPTED)),
  /** See {@link Event.DiscardDecided}. */
  DISCARD_DECIDED(
      from(ACCEPTED).to(DISCARDING),
      from(PROCESSING).to(DISCARDING),
      from(PROCESSED).to(DISCARDING),
      from(State.VERIFIED).to(DISCARDING),
      from(EXPIRING).to(DISCARDING),
      from(EXPIRED).to(DISCARDING),
      from(FAILED).to(DISCARDING),
      from(LOST).to(DISCARDING)),
  /** See {@link Event.DisposalFinished}. */
  DISPOSAL_FINISHED(from(EXPIRING).to(EXPIRED), from(DISCARDING).to(DISCARDED)),
  /** See {@link Event.ExpiryStarted}. */
  EXPIRY_STARTED(from(State.VERIFIED).to(EXPIRING)),
  /** See {@link Event.DamageFound}. */
  DAMAGE_FOUND(
      from(ACCEPTED).to(FAILED),
      from(PROCESSING).to(FAILED),
      from(State.VERIFIED).to(FAILED),
      from(EXPIRING).to(LOST),
      from(EXPIRED).to(LOST)),
  /** See {@link Event.RawDamageFound}. */
  RAW_DAMAGE_FOUND(mark(State.VERIFIED), mark(FAILED)),
  /** See {@link Event.ProofRenewed}. */
  PROOF_RENEWED(mark(State.VERIFIED), mark(EXPIRED), mark(FAILED)),
  /** See {@link Event.LeftoversSwept}. */
  LEFTOVERS_SWEPT(mark(State.VERIFIED), mark(EXPIRED), mark(DISCARDED)),
  /** See {@link SideRunEvent.Started}. */
  SIDE_RUN_STARTED(mark(State.VERIFIED)),
  /** See {@link SideRunEvent.Cancelled}. */
  SIDE_RUN_CANCELLED(mark(State.VERIFIED)),
  /** See {@link SideRunEvent.Replaced}. */
  REPLACED(mark(State.VERIFIED)),
  /** See {@link SideRunEvent.Compared}. */
  COMPARED(mark(State.VERIFIED)),
  /** See {@link SideRunEvent.Released}. */
  SUPERSEDED_RELEASED(mark(State.VERIFIED), mark(EXPIRED));

  @SuppressWarnings("ImmutableEnumChecker") // An unmodifiable copy of immutable records.
  private final List<Edge> edges;

  @SuppressWarnings("ImmutableEnumChecker") // Never handed out, never changed after construction.
  private final Map<State, Set<State>> after = new EnumMap<>(State.class);

  EventKind(Edge... edges) {
    this.edges = List.of(edges);
    for (Edge edge : edges) {
      after.computeIfAbsent(edge.from(), from -> EnumSet.noneOf(State.class)).addAll(edge.to());
    }
  }

  /**
   * Returns this event's rows of the table.
   *
   * @return at least one
   */
  public List<Edge> edges() {
    return edges;
  }

  /**
   * Tells whether the table has an edge.
   *
   * @param from the state before
   * @param to the state after
   * @return whether this event may lead there
   */
  public boolean leads(State from, State to) {
    return after.getOrDefault(from, Set.of()).contains(to);
  }

  /**
   * Tells whether the event can happen in a state.
   *
   * @param from the state
   * @return whether the table has a row for it
   */
  public boolean isPossibleIn(State from) {
    return after.containsKey(from);
  }

  /** Names the states in which this event can happen, in the table's order. */
  String states() {
    List<String> names = edges.stream().map(edge -> edge.from().name()).toList();
    int last = names.size() - 1;
    return last == 0
        ? names.get(0)
        : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
  }

  /**
   * A row of the table.
   *
   * @param from the state before
   * @param to the states that may follow
   */
  public record Edge(State from, Set<State> to) {

    /**
     * Copies the set.
     *
     * @param from the state before
     * @param to the states that may follow
     */
    public Edge {
      to = Set.copyOf(to);
    }
  }

  private static From from(State state) {
    return new From(state);
  }

  private static Edge mark(State state) {
    return new Edge(state, Set.of(state));
  }

  private record From(State state) {
    Edge to(State... states) {
      return new Edge(state, Set.of(states));
    }
  }
}
