package dev.ingest.core.engine;

import dev.ingest.core.BackfillPhase;
import dev.ingest.core.lifecycle.BackfillActor;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Tells which other backfills need the raw bytes of ids: those that are open, and on whose list an
 * id is that is not done. What has failed in one that is INCOMPLETE is needed until somebody
 * cancels it. Of one whose record cannot be read it is not known what it needs, so that it is taken
 * to be open.
 *
 * <p>At most {@value #MAX_OPEN} backfills are open at a time, as no more can be ordered. A batch of
 * ids costs a read of their records, and of each one's sets the pages that lie beside the batch.
 * For one thread.
 */
final class BackfillClaims {

  /** How many backfills may be neither COMPLETE nor CANCELLED. */
  static final int MAX_OPEN = 100;

  private final LedgerStore ledger;
  private final String self;

  /**
   * Creates a look at the others.
   *
   * @param ledger where they are
   * @param self the name of the backfill that asks
   */
  BackfillClaims(LedgerStore ledger, String self) {
    this.ledger = ledger;
    this.self = self;
  }

  /** Tells whether a backfill needs nothing any more. */
  static boolean isSettled(BackfillPhase phase) {
    return phase == BackfillPhase.COMPLETE || phase == BackfillPhase.CANCELLED;
  }

  /**
   * A backfill that is neither COMPLETE nor CANCELLED, as far as is known.
   *
   * @param name its name
   * @param self who holds in its name, and why
   * @param isCancelling whether it is being cancelled
   */
  record Open(String name, Act self, boolean isCancelling) {}

  /** Finds the backfills that are neither COMPLETE nor CANCELLED, by name. */
  static List<Open> open(LedgerStore ledger) {
    return new BackfillBook(ledger).all().flatMap(stored -> open(stored).stream()).toList();
  }

  private static Optional<Open> open(ControlRecord stored) {
    Optional<BackfillRecord> record = BackfillBook.readable(stored);
    if (record.isEmpty()) {
      String name = stored.key().name();
      Act unknown = new Act(BackfillActor.of(name), "its record cannot be read");
      return Optional.of(new Open(name, unknown, false));
    }
    return record
        .filter(one -> !isSettled(one.phase()))
        .map(one -> new Open(one.name(), one.self(), one.phase() == BackfillPhase.CANCELLING));
  }

  /**
   * Finds who needs ids, as the ledger is now.
   *
   * @param keys the ids, at most a batch
   * @return for those that another backfill needs, who holds for the first such by name
   */
  Map<SequenceKey, Act> of(Collection<SequenceKey> keys) {
    Map<SequenceKey, Act> claims = new TreeMap<>();
    Set<SequenceKey> rest = new TreeSet<>(keys);
    for (Open other : open(ledger)) {
      // One that is being cancelled lets go itself, and may have passed by already.
      if (!other.name().equals(self) && !other.isCancelling()) {
        BackfillSets sets = new BackfillSets(ledger, other.name());
        Set<SequenceKey> needed = sets.among(sets.listed(), rest);
        needed.removeAll(sets.among(sets.done(), needed));
        needed.removeAll(sets.among(sets.unrecoverable(), needed));
        needed.forEach(key -> claims.put(key, other.self()));
        rest.removeAll(needed);
      }
    }
    return claims;
  }
}
