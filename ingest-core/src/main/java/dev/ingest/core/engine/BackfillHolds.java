package dev.ingest.core.engine;

import dev.ingest.core.lifecycle.BackfillActor;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds the raw bytes of a backfill's ids, and lets go of them.
 *
 * <p>An entry has one hold. A backfill places its own where there is none, or that of a backfill
 * which is over for good. A person's is never touched, and that of another backfill which is open
 * is not either: it holds as well. When a backfill lets go, its hold becomes that of another one
 * which still needs the id ({@link BackfillClaims}), in one step, so that nothing expires in
 * between. Each change is of the entry exactly as it was read, so that a person's order which comes
 * in between stands. When a person takes theirs back, the backfill's comes when {@link
 * BackfillKeep} comes past the id, and so it does when what was discarded is uploaded again: a
 * discard has ended it. Until then, which may be hours where there are a million ids, nothing of
 * the backfill's keeps the raw bytes.
 *
 * <p>Idempotent; for one thread.
 */
final class BackfillHolds {

  private final Act self;
  private final BackfillChanges changes;
  private final BackfillBook book;
  private final BackfillClaims claims;

  BackfillHolds(Node node, Committer committer, BackfillRecord record) {
    this.changes = new BackfillChanges(node, committer, record.self().actor());
    this.self = record.self();
    this.book = new BackfillBook(node.ledger());
    this.claims = new BackfillClaims(node.ledger(), record.name());
  }

  /**
   * Where ids stand once they were held.
   *
   * @param held those whose raw bytes stay, as they are now
   * @param gone those without raw bytes
   */
  record Held(List<Entry> held, List<SequenceKey> gone) {}

  /** Tells whether a state keeps raw bytes. */
  static boolean keepsRaw(State state) {
    return switch (state) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED -> true;
      case EXPIRING, EXPIRED, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  /** Tells whether an entry has raw bytes that can be run: there, and not found damaged. */
  static boolean isRecoverable(Entry entry) {
    boolean isDamaged =
        entry.state() == State.FAILED
            && entry
                .standing()
                .failure()
                .filter(failure -> failure.code().equals(Event.RawDamageFound.CODE))
                .isPresent();
    return keepsRaw(entry.state()) && !isDamaged;
  }

  /**
   * Holds the raw bytes of ids, at most a batch.
   *
   * @return which are held and which have none; of each id one
   * @throws IncompleteTickException if that is not known of some; repeat it
   */
  Held place(List<SequenceKey> keys) {
    Map<String, Boolean> settled = new HashMap<>();
    Map<SequenceKey, Entry> entries =
        changes.settle(
            keys,
            entry -> isRecoverable(entry) && isReplaceable(entry, settled),
            needing -> (entry, now) -> placed(self, now));
    List<Entry> held = new ArrayList<>();
    List<SequenceKey> gone = new ArrayList<>();
    for (SequenceKey key : keys) {
      Entry entry = entries.get(key);
      if (entry != null && isRecoverable(entry)) {
        held.add(entry);
      } else {
        gone.add(key);
      }
    }
    return new Held(held, gone);
  }

  /**
   * Lets go of this backfill's own holds on ids, at most a batch: they are released, or handed over
   * to another backfill that needs the id.
   *
   * @throws IncompleteTickException if that is not known of some; repeat it
   */
  void release(List<SequenceKey> keys) {
    changes.settle(
        keys,
        entry -> isOwn(entry) && keepsRaw(entry.state()),
        needing -> {
          // Asked for after the entries were read, whose versions the commits compare.
          Map<SequenceKey, Act> heirs = claims.of(needing);
          return (entry, now) -> {
            Act heir = heirs.get(entry.key());
            return heir == null ? new Event.HoldReleased(self) : placed(heir, now);
          };
        });
  }

  private static Event placed(Act by, Instant now) {
    return new Event.HoldPlaced(new Hold(by.actor(), by.reason(), now));
  }

  private boolean isOwn(Entry entry) {
    return entry.standing().hold().map(Hold::actor).equals(Optional.of(self.actor()));
  }

  /** No hold, or that of a backfill which is over for good, or of which nothing is known. */
  private boolean isReplaceable(Entry entry, Map<String, Boolean> settled) {
    Optional<String> actor = entry.standing().hold().map(Hold::actor);
    if (actor.isEmpty()) {
      return true;
    }
    Optional<String> backfill = actor.flatMap(BackfillActor::name);
    if (isOwn(entry) || backfill.isEmpty()) {
      return false;
    }
    return settled.computeIfAbsent(backfill.get(), name -> book.isSettled(name));
  }
}
