package dev.ingest.core.engine;

import dev.ingest.core.engine.KeyLayout.LeaseOutput;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.UploadSession;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Deletes what is stored of a sequence that is disposed of: of every upload session that its entry
 * or its history names, since a re-upload and an adoption leave the bytes of the session before
 * where they are, and of every run.
 *
 * <p>A session that they do not name stays: it may be open, or an acceptance that this ledger does
 * not know. Repeating a deletion is harmless. Thread-safe.
 */
final class SequenceBytes {

  private static final String BY_ERASURE = "ground=" + Event.Ground.ERASURE;

  private final Node node;
  private final Deletion deletion;

  SequenceBytes(Node node, Deletion deletion) {
    this.node = node;
    this.deletion = deletion;
  }

  /** Deletes the raw bytes of an entry that is EXPIRING. */
  void expire(Entry entry, Deletion.Ground ground) {
    raw(entry, ground);
  }

  /** Deletes everything of an entry that is DISCARDING or DISCARDED. */
  void discard(Entry entry, Deletion.Ground ground) {
    raw(entry, ground);
    deletion.allBelow(KeyLayout.runs(entry.key()), ground, key -> isOver(entry, key));
  }

  /**
   * The history is read only where there are bytes of another session than the entry's own, and up
   * to the entry as it was read: a row after that may be of a re-upload that was accepted since,
   * whose bytes are not among those that may go.
   */
  private void raw(Entry entry, Deletion.Ground ground) {
    String own = entry.raw().session().value();
    Set<String> others = new HashSet<>();
    Predicate<String> isNamed =
        session -> {
          if (others.isEmpty()) {
            others.add(own);
            Histories.each(
                node.ledger().ledger(),
                entry.key(),
                entry.chain().length(),
                row -> SessionNote.of(row).forEach(named -> others.add(named.value())));
          }
          return others.contains(session);
        };
    long listed =
        deletion.allBelow(
            KeyLayout.uploads(entry.key()),
            ground,
            key ->
                KeyLayout.rawPlace(entry.key(), key)
                    .filter(place -> place.session().equals(own) || isNamed.test(place.session()))
                    .isPresent());
    // Of what is DISCARDED already nothing is expected.
    if (listed == 0 && entry.state() != State.DISCARDED) {
      requireOwnStore(entry);
    }
  }

  /**
   * Nothing to delete is what a deletion leaves that was interrupted, and what another store has.
   */
  private void requireOwnStore(Entry entry) {
    new Binding(node.ledger(), node.content())
        .mismatch()
        .ifPresent(
            mismatch -> {
              throw new IncompleteTickException(
                  "nothing of %s is there to delete, the next sweep looks again: %s"
                      .formatted(entry.key(), mismatch));
            });
  }

  /** No lease is newer than what is discarded, and none of another life of the ledger counts. */
  private boolean isOver(Entry entry, ContentKey key) {
    Optional<LeaseOutput> output = KeyLayout.leaseOutput(entry.key(), key);
    return output.isPresent()
        && (output.get().fence() <= entry.position().fence()
            || !output.get().incarnation().equals(node.ledger().incarnation().value()));
  }

  /**
   * Tells whether a session was given up already when its sequence was erased, so that its bytes
   * are among those that the owner wanted gone. A session that was given up later may have been
   * accepted after the erasure, in a life of the ledger that was lost.
   */
  boolean wasErased(Entry entry, UploadSession abandoned) {
    if (entry.state() != State.DISCARDED && entry.state() != State.DISCARDING) {
      return false;
    }
    Instant givenUp = abandoned.touchedAt();
    return Histories.any(
        node.ledger().ledger(),
        entry.key(),
        entry.chain().length(),
        row ->
            row.step().kind() == TransitionKind.DISCARDING
                && SessionNote.facts(row).contains(BY_ERASURE)
                && givenUp.isBefore(row.step().at()));
  }
}
