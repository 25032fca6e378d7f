package dev.ingest.spi.ledger;

import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import java.time.Instant;
import java.util.Optional;

/**
 * One committed transition of one sequence. Rows are append-only; each carries the hash of the one
 * before, computed by the engine.
 *
 * @param key the sequence
 * @param step what happened
 * @param from the state before; empty in the first row
 * @param to the state after
 * @param note who did it and what else there is to know
 * @param link the row's place in the hash chain
 */
public record HistoryRow(
    SequenceKey key, Step step, Optional<State> from, State to, Note note, Link link) {

  /** The longest detail, in characters. */
  public static final int MAX_DETAIL = 4_000;

  /**
   * What happened, when, by which transition.
   *
   * @param transition the transition's id
   * @param kind what happened
   * @param at when it was decided, by the ledger's clock, in milliseconds
   */
  public record Step(TransitionId transition, TransitionKind kind, Instant at) {

    /**
     * Cuts the time to milliseconds, so that it hashes the same after a round trip.
     *
     * @param transition the transition's id
     * @param kind what happened
     * @param at when it was decided
     */
    public Step {
      at = Names.millis(at);
    }
  }

  /**
   * Who and why.
   *
   * @param actor the node or person, at most 128 characters
   * @param detail free text, at most 4,000 characters
   */
  public record Note(String actor, String detail) {

    /**
     * Validates the lengths.
     *
     * @param actor the node or person
     * @param detail free text
     */
    public Note {
      Names.bounded(actor, 128, "an actor");
      Names.bounded(detail, MAX_DETAIL, "a history detail");
    }
  }

  /**
   * A place in the hash chain.
   *
   * @param ordinal 1 for the first row
   * @param previous the hash of the row before; 32 zero bytes for the first
   * @param hash the hash of this row
   */
  public record Link(long ordinal, Digest previous, Digest hash) {

    /**
     * Validates the ordinal.
     *
     * @param ordinal 1 for the first row
     * @param previous the hash of the row before
     * @param hash the hash of this row
     */
    public Link {
      Names.atLeast(ordinal, 1, "a history ordinal");
    }
  }
}
