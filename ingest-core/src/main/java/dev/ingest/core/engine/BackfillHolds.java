package dev.ingest.core.engine;

import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Holds the raw bytes of a backfill's ids, and lets go of them.
 *
 * <p>An entry has one hold. A backfill places its own where there is none, or one of another
 * backfill; a person's is never touched, neither replaced nor released, since it holds as well.
 * Each change is of the entry exactly as it was read, so that a person's order which comes in
 * between stands. When a person takes theirs back, the backfill's comes with its next look at the
 * id.
 *
 * <p>Idempotent; for one thread.
 */
final class BackfillHolds {

  private static final int MAX_ATTEMPTS = 4;

  private final Node node;
  private final Committer committer;
  private final Act self;

  BackfillHolds(Node node, Committer committer, Act self) {
    this.node = node;
    this.committer = committer;
    this.self = self;
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
    Map<SequenceKey, Entry> entries =
        settle(
            keys,
            entry -> isRecoverable(entry) && isReplaceable(entry),
            (entry, now) -> new Event.HoldPlaced(new Hold(self.actor(), self.reason(), now)));
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
   * Releases this backfill's own holds on ids, at most a batch.
   *
   * @throws IncompleteTickException if that is not known of some; repeat it
   */
  void release(List<SequenceKey> keys) {
    settle(
        keys,
        entry -> isOwn(entry) && keepsRaw(entry.state()),
        (entry, now) -> new Event.HoldReleased(self));
  }

  private boolean isOwn(Entry entry) {
    return entry.standing().hold().map(Hold::actor).equals(Optional.of(self.actor()));
  }

  /** No hold, or that of another backfill. */
  private boolean isReplaceable(Entry entry) {
    return entry
        .standing()
        .hold()
        .map(hold -> hold.actor().startsWith(BackfillRecord.ACTOR) && !isOwn(entry))
        .orElse(true);
  }

  /** Applies an event to each entry that needs it, until none does; returns them as they are. */
  private Map<SequenceKey, Entry> settle(
      List<SequenceKey> keys, Predicate<Entry> needs, BiFunction<Entry, Instant, Event> event) {
    Map<SequenceKey, Entry> seen = new LinkedHashMap<>();
    List<SequenceKey> open = keys;
    for (int attempt = 0; attempt < MAX_ATTEMPTS && !open.isEmpty(); attempt++) {
      open = apply(open, seen, needs, event);
    }
    if (!open.isEmpty()) {
      throw new IncompleteTickException(
          "%d sequences changed while %s held or released them, first %s; the next tick goes on"
              .formatted(open.size(), self.actor(), open.get(0)));
    }
    return seen;
  }

  private List<SequenceKey> apply(
      List<SequenceKey> keys,
      Map<SequenceKey, Entry> seen,
      Predicate<Entry> needs,
      BiFunction<Entry, Instant, Event> event) {
    List<Optional<Entry>> found = node.ledger().ledger().find(keys);
    Instant now = committer.time().ask();
    Map<SequenceKey, Supplier<Committer.Result>> changes = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      Optional<Entry> entry = found.get(i);
      entry.ifPresent(one -> seen.put(one.key(), one));
      if (entry.filter(needs).isPresent()) {
        changes.put(
            keys.get(i),
            committer.beginIfUnchanged(entry.get(), event.apply(entry.get(), now), now));
      }
    }
    List<SequenceKey> open = new ArrayList<>();
    changes.forEach(
        (key, change) -> {
          Committer.Result result = change.get();
          if (result instanceof Committer.Result.Committed committed) {
            seen.put(key, committed.after());
          } else if (result instanceof Committer.Result.Unknown unknown) {
            throw new IncompleteTickException(
                "whether %s held or released %s is unknown; the next tick finds out"
                    .formatted(self.actor(), key),
                unknown.cause());
          } else {
            open.add(key);
          }
        });
    return open;
  }
}
