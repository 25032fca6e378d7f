package dev.ingest.store.jdbc;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Reservation;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.UploadSession;
import java.util.List;
import java.util.Optional;

/** Batches of the ledger's hot path, one element at a time or in one statement. */
interface Batches {

  /** Commits transitions of different sequences; one outcome per transition, in order. */
  List<Outcome> commit(List<Transition> transitions);

  /**
   * Opens a session by one statement, if there is one for that and it comes about: neither the id
   * nor an open session of the sequence exists. Otherwise the session is opened step by step.
   */
  default Optional<UploadSession> open(SessionId id, SequenceKey key, Reservation reserve) {
    return Optional.empty();
  }

  /** Finds entries; one answer per key, in order. */
  List<Optional<Entry>> find(List<SequenceKey> keys);
}
