package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.engine.KeyLayout.LeaseOutput;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.ledger.UploadSession;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * Deletes what is stored of a sequence that is disposed of: of every upload session that its entry
 * or its history names, since a re-upload and an adoption leave the bytes of the session before
 * where they are, and of every run.
 *
 * <p>Where part of the history was dropped, those that it named count too ({@link
 * ForgottenSessions}). Any other session stays: it may be open, or an acceptance that this ledger
 * does not know, of which is told then, by the hour where a deletion is repeated. Repeating one is
 * harmless. For one thread.
 */
final class SequenceBytes {

  private static final Duration TELL_AGAIN = Duration.ofHours(1);
  private static final String BY_ERASURE = "ground=" + Event.Ground.ERASURE;

  private final Node node;
  private final Deletion deletion;
  private final Runnable goingOn;
  private final Told told;
  private final ReadBacks readBacks;

  /**
   * @param goingOn asked while bytes are read back; throws to end long work
   */
  SequenceBytes(Node node, Deletion deletion, Runnable goingOn) {
    this.node = node;
    this.deletion = deletion;
    this.goingOn = goingOn;
    this.told = new Told(node.seams().elapsed(), TELL_AGAIN);
    this.readBacks = new ReadBacks(node.seams().elapsed());
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

  private void raw(Entry entry, Deletion.Ground ground) {
    Sessions sessions = new Sessions(entry);
    // Whether they are the sequence's, the entry's own bytes must still say: those go last.
    if (entry.state() == State.DISCARDING && sessions.forgotten.mayBe()) {
      allRaw(entry, ground, sessions::areOfAnother);
    }
    long listed = allRaw(entry, ground, sessions::areOfThis);
    // Of what is DISCARDED already nothing is expected.
    if (listed == 0 && entry.state() != State.DISCARDED) {
      requireOwnStore(entry);
    }
    // A deletion that stalls further on is repeated from its beginning.
    if (!sessions.unknown.isEmpty() && told.isNew(entry.key())) {
      sessions.tellUnknown();
    }
  }

  private long allRaw(Entry entry, Deletion.Ground ground, BiPredicate<String, ContentKey> isOf) {
    return deletion.allBelow(
        KeyLayout.uploads(entry.key()),
        ground,
        key ->
            KeyLayout.rawPlace(entry.key(), key)
                .filter(place -> isOf.test(place.session(), key))
                .isPresent());
  }

  /** Which sessions are those of one entry. */
  private final class Sessions {

    private final Entry entry;
    private final String own;
    private final Set<String> others = new HashSet<>();
    private final ForgottenSessions forgotten;
    private final Map<String, ContentKey> unknown = new TreeMap<>();

    Sessions(Entry entry) {
      this.entry = entry;
      this.own = entry.raw().session().value();
      this.forgotten = new ForgottenSessions(node, entry, readBacks, goingOn);
    }

    void tellUnknown() {
      unknown.forEach((session, manifest) -> tell(entry, session, manifest));
    }

    boolean areOfThis(String session, ContentKey key) {
      return session.equals(own) || areOfAnother(session, key);
    }

    boolean areOfAnother(String session, ContentKey key) {
      if (session.equals(own)) {
        return false;
      }
      // What is DISCARDED may be waiting for an acceptance that only a lost life knew.
      boolean isOver = entry.state() == State.DISCARDED;
      boolean isOf = isNamed(session) || (!isOver && forgotten.has(session));
      if (!isOf && !isOver && KeyLayout.isManifest(key)) {
        unknown.put(session, key);
      }
      return isOf;
    }

    /**
     * The history is read only where there are bytes of another session than the entry's own, and
     * up to the entry as it was read: a row after that may be of a re-upload that was accepted
     * since, whose bytes are not among those that may go.
     */
    private boolean isNamed(String session) {
      if (others.isEmpty()) {
        others.add(own);
        Histories.each(
            node.ledger().ledger(),
            entry.key(),
            entry.chain().length(),
            row -> SessionNote.of(row).forEach(named -> others.add(named.value())));
      }
      return others.contains(session);
    }
  }

  /** An upload that is open, or was given up, the sweeper tells of when it comes to it. */
  private void tell(Entry entry, String session, ContentKey manifest) {
    if (node.ledger().sessions().find(new SessionId(session)).isPresent()) {
      return;
    }
    String message =
        "%s is %s, and upload session %s, which the ledger does not know, stays with its manifest %s:"
                .formatted(entry.key(), entry.state(), session, manifest)
            + " compare with the owner's receipts, and adopt it or delete its bytes by hand";
    EngineAlert alert = EngineAlert.of(AlertCode.ACCEPTANCE_UNKNOWN, entry.key(), message);
    node.ledger().alerts().raise(List.of(alert.row(node.identity(), node.ledger().ledger().now())));
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

  /** Tells whether a row that says DISCARDING was written for an owner who wanted all gone. */
  static boolean isErasure(HistoryRow discarding) {
    return SessionNote.facts(discarding).contains(BY_ERASURE);
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
                && isErasure(row)
                && givenUp.isBefore(row.step().at()));
  }
}
