package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What is told of single backfills, and of which it was told: that one stands still, waits for
 * someone, fails in large part, or that its record cannot be read. When that is so {@link
 * BackfillConditions} says. For one thread.
 */
final class BackfillMisgivings {

  private final Node node;
  private final Map<String, Misgivings> misgivings = new HashMap<>();

  /** What the last tick of one failed with, which is told where it stands still. */
  private final Map<String, String> troubles = new HashMap<>();

  /** Those of which it was told, by whichever node, that their records cannot be read. */
  private final Set<String> unreadable = new HashSet<>();

  /** What was told of which, by whoever had the turn before, until it was looked at once. */
  private Map<AlertCode, List<String>> left = Map.of();

  BackfillMisgivings(Node node) {
    this.node = node;
  }

  /** Finds what was told before this node's turn. */
  void beginTerm() {
    unreadable.addAll(new Misgivings(node).parts(AlertCode.BACKFILL_UNREADABLE));
    left = BackfillConditions.told(node);
  }

  /** Notes what a tick of one failed with. */
  void noteTrouble(String name, RuntimeException trouble) {
    troubles.put(name, String.valueOf(trouble.getMessage()));
  }

  /** Notes that a tick of one did not fail. */
  void noteMoved(String name) {
    troubles.remove(name);
  }

  /** Notes how one stands that is not over, or has just come to be. */
  void note(BackfillRecord record) {
    Instant now = node.ledger().ledger().now();
    Misgivings of = of(record.name());
    Optional<String> trouble = Optional.ofNullable(troubles.get(record.name()));
    of.note(
        AlertCode.BACKFILL_STALLED,
        AlertCode.BACKFILL_MOVING,
        BackfillConditions.stalled(record, now)
            .map(what -> what + trouble.map(why -> "; its last tick failed: " + why).orElse("")));
    boolean isTold = of.isTold(AlertCode.BACKFILL_WAITING);
    of.noteOnce(
        AlertCode.BACKFILL_WAITING,
        AlertCode.BACKFILL_DECIDED,
        BackfillConditions.waiting(record, now, isTold));
    boolean isFailing = of.isTold(AlertCode.BACKFILL_FAILING);
    of.noteOnce(
        AlertCode.BACKFILL_FAILING,
        AlertCode.BACKFILL_NOT_FAILING,
        BackfillConditions.failing(record, isFailing));
  }

  /** Notes that the record of one cannot be read. */
  void noteUnreadable(String name, RuntimeException why) {
    unreadable.add(name);
    noteReading(name, Optional.of(String.valueOf(why.getMessage())));
  }

  /** Notes which records cannot be read, all others having been read or being gone. */
  void noteReadable(Set<String> unread) {
    for (String name : List.copyOf(unreadable)) {
      if (!unread.contains(name)) {
        noteReading(name, Optional.empty());
        unreadable.remove(name);
        misgivings.remove(name);
      }
    }
  }

  private void noteReading(String name, Optional<String> why) {
    of(name).note(AlertCode.BACKFILL_UNREADABLE, AlertCode.BACKFILL_READABLE, why);
  }

  /**
   * Tells the end of what was told, before this node's turn, of those that are over.
   *
   * @param lasts which are not, as far as is known
   */
  void endOfOver(Predicate<String> lasts) {
    BackfillConditions.endOfOver(node, left, lasts);
    left = Map.of();
  }

  /** Forgets all that are over, but those of which the end is still to be told. */
  void forgetAllBut(Set<String> open) {
    troubles.keySet().retainAll(open);
    misgivings.keySet().removeIf(name -> !open.contains(name) && !unreadable.contains(name));
  }

  private Misgivings of(String name) {
    return misgivings.computeIfAbsent(name, part -> new Misgivings(node, part));
  }
}
