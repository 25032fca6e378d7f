package dev.ingest.core.engine;

import dev.ingest.core.BackfillListener;
import dev.ingest.core.BackfillListener.Outcome;
import dev.ingest.core.BackfillListener.Outcome.Kind;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tells of the ids of a backfill, of each once: one that is in two sets has the worst outcome, as
 * at every end ({@link BackfillCheck}), and is pending only if it has none. For one thread.
 */
final class BackfillReport {

  private final LedgerStore ledger;
  private final BackfillRecord record;
  private final BackfillSets sets;
  private final Set<Kind> kinds;
  private final BackfillListener listener;

  BackfillReport(
      LedgerStore ledger, BackfillRecord record, Set<Kind> kinds, BackfillListener listener) {
    this.ledger = ledger;
    this.record = record;
    this.sets = BackfillSets.of(ledger, record);
    this.kinds = kinds;
    this.listener = listener;
  }

  void run() {
    BackfillPlaces places = new BackfillPlaces(sets);
    BackfillPlaces proven = new BackfillPlaces(sets);
    for (BackfillRecord.Cause cause : record.failures()) {
      visit(places, sets.failed(cause.place()), new Outcome(Kind.FAILED, cause.code()));
      proven.past(sets.failed(cause.place()));
    }
    places.past(sets.done());
    visit(places, sets.unrecoverable(), new Outcome(Kind.UNRECOVERABLE, ""));
    if (kinds.contains(Kind.PENDING)) {
      Outcome pending = new Outcome(Kind.PENDING, "");
      visit(places, sets.running(), pending);
      for (int urgency = 0; urgency < BackfillSets.URGENCIES; urgency++) {
        visit(places, sets.waiting(urgency), pending);
      }
    }
    visit(proven, sets.done(), new Outcome(Kind.DONE, ""));
  }

  private void visit(BackfillPlaces places, ControlRecord.Key set, Outcome outcome) {
    if (kinds.contains(outcome.kind())) {
      places.each(set, page -> tell(page, outcome));
    } else {
      places.past(set);
    }
  }

  private void tell(List<SequenceKey> page, Outcome outcome) {
    List<Optional<Entry>> entries = ledger.ledger().find(page);
    for (int i = 0; i < page.size(); i++) {
      listener.heard(page.get(i), outcome, entries.get(i));
    }
  }
}
