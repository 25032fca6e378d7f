package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import java.util.Optional;

/**
 * The ledger's row of one sequence.
 *
 * @param receipt what the owner was promised, in its current form (an extended deadline shows)
 * @param raw where the raw bytes are
 * @param position the state and who works on it
 * @param run the primary run
 * @param published the result that readers see
 * @param standing the marks
 * @param chain the end of the history
 * @param beside the run that is to replace or shadow the result, and what was replaced
 */
public record Entry(
    Receipt receipt,
    RawLocation raw,
    Position position,
    Run run,
    Optional<Publication> published,
    Standing standing,
    ChainHead chain,
    Beside beside) {

  /**
   * Checks what must hold in each state.
   *
   * @param receipt what the owner was promised
   * @param raw where the raw bytes are
   * @param position the state and who works on it
   * @param run the primary run
   * @param published the result that readers see
   * @param standing the marks
   * @param chain the end of the history
   * @param beside the run that is to replace or shadow the result, and what was replaced
   */
  public Entry {
    State state = position.state();
    require(
        switch (state) {
          case VERIFIED, EXPIRING, EXPIRED -> published.isPresent();
          case ACCEPTED, PROCESSING, PROCESSED, FAILED, DISCARDING, DISCARDED, LOST -> true;
        },
        receipt,
        state,
        "a publication");
    require(
        (state != State.FAILED && state != State.LOST) || standing.failure().isPresent(),
        receipt,
        state,
        "a failure");
    require(
        state != State.PROCESSED || (run.stage().isEmpty() && run.output().isPresent()),
        receipt,
        state,
        "a sealed candidate and no stage left");
    require(
        (state != State.ACCEPTED && state != State.PROCESSING) || run.stage().isPresent(),
        receipt,
        state,
        "a stage that is due");
    require(state != State.PROCESSING || position.lease().isPresent(), receipt, state, "a lease");
    require(
        state == State.PROCESSING
            || state == State.PROCESSED
            || beside.run().isPresent()
            || position.lease().isEmpty(),
        receipt,
        state,
        "no lease");
    require(
        beside.run().isEmpty() || (state == State.VERIFIED && isAtRest(run, published)),
        receipt,
        state,
        "no run beside it, or VERIFIED with a primary run that is at rest with what it published");
    require(
        beside.run().isEmpty() || beside.run().get().epoch() > run.epoch(),
        receipt,
        state,
        "a run beside it of a higher epoch than the primary one");
  }

  /**
   * Creates an entry with nothing beside its primary run and its published result.
   *
   * @param receipt what the owner was promised
   * @param raw where the raw bytes are
   * @param position the state and who works on it
   * @param run the primary run
   * @param published the result that readers see
   * @param standing the marks
   * @param chain the end of the history
   */
  public Entry(
      Receipt receipt,
      RawLocation raw,
      Position position,
      Run run,
      Optional<Publication> published,
      Standing standing,
      ChainHead chain) {
    this(receipt, raw, position, run, published, standing, chain, Beside.NONE);
  }

  private static boolean isAtRest(Run run, Optional<Publication> published) {
    return run.stage().isEmpty()
        && run.attempts() == 0
        && run.kind() == RunKind.PRIMARY
        && run.output().isPresent()
        && run.output().equals(published.map(Publication::result));
  }

  /**
   * Returns the run that is worked on, or was last: the one beside while there is one.
   *
   * @return the run
   */
  public Run active() {
    return beside.run().orElse(run);
  }

  /**
   * Tells whether there is work to be claimed, now or later.
   *
   * @return true in flight, and while a run is beside the published result
   */
  public boolean isQueued() {
    return position.state().isInFlight() || beside.run().isPresent();
  }

  /**
   * Returns the epoch of a run that begins now.
   *
   * @return one more than the highest so far
   */
  public int nextEpoch() {
    return Math.max(run.epoch(), beside.lastEpoch()) + 1;
  }

  /**
   * Returns whose sequence this is and which.
   *
   * @return the key
   */
  public SequenceKey key() {
    return receipt.key();
  }

  /**
   * Returns the state.
   *
   * @return the state
   */
  public State state() {
    return position.state();
  }

  /**
   * Returns the version.
   *
   * @return 1 or more
   */
  public long version() {
    return position.version();
  }

  /**
   * Copies with another position.
   *
   * @param changed the position
   * @return the copy
   */
  public Entry withPosition(Position changed) {
    return new Entry(receipt, raw, changed, run, published, standing, chain, beside);
  }

  /**
   * Copies with another run.
   *
   * @param changed the run
   * @return the copy
   */
  public Entry withRun(Run changed) {
    return new Entry(receipt, raw, position, changed, published, standing, chain, beside);
  }

  /**
   * Copies with another position and another {@link #active} run.
   *
   * @param changedPosition the position
   * @param changedRun the run that is worked on
   * @return the copy
   */
  public Entry with(Position changedPosition, Run changedRun) {
    return beside.run().isPresent()
        ? new Entry(
            receipt,
            raw,
            changedPosition,
            run,
            published,
            standing,
            chain,
            beside.withRun(changedRun))
        : new Entry(receipt, raw, changedPosition, changedRun, published, standing, chain, beside);
  }

  /**
   * Copies with other marks.
   *
   * @param changed the marks
   * @return the copy
   */
  public Entry withStanding(Standing changed) {
    return new Entry(receipt, raw, position, run, published, changed, chain, beside);
  }

  /**
   * Copies with other things beside.
   *
   * @param changed the run beside, and what was replaced
   * @return the copy
   */
  public Entry withBeside(Beside changed) {
    return new Entry(receipt, raw, position, run, published, standing, chain, changed);
  }

  /**
   * Copies with another end of history.
   *
   * @param changed the chain head
   * @return the copy
   */
  public Entry withChain(ChainHead changed) {
    return new Entry(receipt, raw, position, run, published, standing, changed, beside);
  }

  private static void require(boolean holds, Receipt receipt, State state, String rule) {
    if (!holds) {
      throw new InvalidValueException(
          Kind.TEXT, receipt.key().toString(), "an entry that is " + state + " needs " + rule);
    }
  }
}
