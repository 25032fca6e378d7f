package dev.ingest.core.engine;

import dev.ingest.core.Route;
import java.util.Map;
import java.util.Optional;

/** Tells what became of the sequences of a route's pipelines since its split began. */
interface RateSource {

  /**
   * Counts of one pipeline.
   *
   * @param sequences what became of its sequences
   * @param units the same of what is independent of each other, which is what a test compares: of
   *     owners where a route is sticky by owner, since all that an owner uploads goes one way and
   *     may be broken in one way; otherwise of sequences
   */
  record Counts(Tally sequences, Tally units) {

    /** Nothing yet. */
    static final Counts NONE = new Counts(0, 0, 0);

    /** Counts sequences that are independent of each other. */
    Counts(long well, long failed, long overdue) {
      this(Tally.of(well, failed, overdue), Tally.of(well, failed, overdue));
    }

    /** How many sequences came to an end, well or not. */
    long ended() {
      return sequences.ended();
    }

    /** How many sequences were verified. */
    long well() {
      return sequences.ended() - sequences.failed();
    }

    /** How many sequences FAILED, whatever the cause. */
    long failed() {
      return sequences.failed();
    }

    /** How many sequences are past their deadline, and have come to no end. */
    long overdue() {
      return sequences.overdue();
    }

    Counts plus(Counts other) {
      return new Counts(sequences.plus(other.sequences), units.plus(other.units));
    }
  }

  /**
   * What became of a number of sequences, or of owners.
   *
   * @param ended how many came to an end, or have a sequence that did
   * @param failed how many of those FAILED, or have a sequence that did
   * @param overdue how many are overdue, or have a sequence that is
   * @param seen how many ended or are overdue, each counted once
   */
  record Tally(long ended, long failed, long overdue, long seen) {

    static Tally of(long well, long failed, long overdue) {
      return new Tally(well + failed, failed, overdue, well + failed + overdue);
    }

    /** The owner of so many sequences. */
    static Tally ofOwner(long well, long failed, long overdue) {
      boolean isEnded = well + failed > 0;
      return new Tally(
          isEnded ? 1 : 0, failed > 0 ? 1 : 0, overdue > 0 ? 1 : 0, isEnded || overdue > 0 ? 1 : 0);
    }

    Tally plus(Tally other) {
      return new Tally(
          ended + other.ended, failed + other.failed, overdue + other.overdue, seen + other.seen);
    }
  }

  /**
   * Counts since {@link Route.Split#since()}, as far back as that is kept.
   *
   * @param route the route
   * @return the counts of each of its pipelines, also of those without a weight
   * @throws dev.ingest.spi.ledger.LedgerException if they cannot be read
   */
  Map<String, Counts> of(Route route);

  /**
   * Tells why it was not known what is overdue when counts were returned last; empty if it was. If
   * not, more may be overdue than is counted so.
   */
  default Optional<String> latenessDoubt() {
    return Optional.empty();
  }
}
