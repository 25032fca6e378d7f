package dev.ingest.core;

import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.engine.Backfilling;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The backfills of a ledger: planned runs over a frozen list of sequences, each complete only when
 * every sequence on its list is proven by its own run. What is decided about them is an act: {@link
 * Acts#backfills()}.
 *
 * <p>Every engine that works drives them, one at a time under a lease. Thread-safe; each call reads
 * the ledger.
 */
public final class Backfills {

  private final Backfilling backfilling;

  Backfills(Backfilling backfilling) {
    this.backfilling = backfilling;
  }

  /**
   * Counts what a backfill would do, without recording anything. Reads the entries of the whole
   * ledger, or of one owner, or the given ones: about one read for every 1,000 of them.
   *
   * @param name the name that it is to have, which decides which sequence goes where
   * @param order what is to be done
   * @param unrecoverable hears of each selected sequence without raw bytes, and of its state if the
   *     ledger knows it
   * @return the counts
   * @throws InvalidValueException if the name is not 1 to 48 lower-case letters, digits or {@code .
   *     _ -}
   */
  public BackfillPlan rehearse(
      String name, BackfillOrder order, BiConsumer<SequenceKey, Optional<State>> unrecoverable) {
    return backfilling.rehearse(name, order, unrecoverable);
  }

  /**
   * Tells how far a backfill is, in two reads.
   *
   * @param name its name
   * @return how far; empty if there is none
   */
  public Optional<BackfillProgress> progress(String name) {
    return backfilling.find(name);
  }

  /**
   * Reads a page of all backfills, those that are over too.
   *
   * @param after only names greater than this; empty text for all
   * @param limit the most, 1 to 1,000
   * @return them in the order of names, fewer than the limit only at the end
   */
  public List<BackfillProgress> list(String after, int limit) {
    return backfilling.list(after, Limit.checked(limit, ScanQuery.MAX_LIMIT));
  }

  /**
   * Visits ids of a backfill with their entries as they are now: first those that failed, cause by
   * cause, then those that are unrecoverable, pending, done; within each in the order of keys, but
   * for the pending ones, of which the most urgent come first. While it runs an id may be met twice
   * or be missed; once it is over, each comes once.
   *
   * @param name its name
   * @param kinds which of them
   * @param listener hears of them
   * @return how far it was when it was asked
   * @throws ActRefusedException if there is no such backfill
   */
  public BackfillProgress report(String name, Set<Outcome.Kind> kinds, BackfillListener listener) {
    return backfilling.report(name, Set.copyOf(kinds), listener);
  }
}
