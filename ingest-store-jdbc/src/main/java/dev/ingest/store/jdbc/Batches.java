package dev.ingest.store.jdbc;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Transition;
import java.util.List;
import java.util.Optional;

/** Batches of the ledger's hot path, one element at a time or in one statement. */
interface Batches {

  /** Commits transitions of different sequences; one outcome per transition, in order. */
  List<Outcome> commit(List<Transition> transitions);

  /** Finds entries; one answer per key, in order. */
  List<Optional<Entry>> find(List<SequenceKey> keys);
}
