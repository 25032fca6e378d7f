package dev.ingest.core.engine;

import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Changes entries in a backfill's name, each exactly as it was read. For one thread. */
final class BackfillChanges {

  private static final int MAX_ATTEMPTS = 4;

  private final Node node;
  private final Committer committer;
  private final String actor;

  BackfillChanges(Node node, Committer committer, String actor) {
    this.node = node;
    this.committer = committer;
    this.actor = actor;
  }

  /**
   * Applies an event to each entry that needs it, until none does. One of which that is not known
   * does not keep it from the others.
   *
   * @param keys which, at most a batch
   * @param needs whether an entry needs it
   * @param events asked with those that need it, after they were read; gives the event of each
   * @return the entries as they are then; without those that the ledger does not know
   * @throws IncompleteTickException if that is not known of some; repeat it
   */
  Map<SequenceKey, Entry> settle(
      List<SequenceKey> keys,
      Predicate<Entry> needs,
      Function<List<SequenceKey>, BiFunction<Entry, Instant, Event>> events) {
    Map<SequenceKey, Entry> seen = new LinkedHashMap<>();
    Map<SequenceKey, Throwable> unknown = new LinkedHashMap<>();
    List<SequenceKey> open = keys;
    for (int attempt = 0; attempt < MAX_ATTEMPTS && !open.isEmpty(); attempt++) {
      open = apply(open, new Looks(seen, unknown), needs, events);
    }
    for (Map.Entry<SequenceKey, Throwable> first : unknown.entrySet()) {
      throw IncompleteTickException.ofSome(
          "whether %s has changed %d sequences is unknown, first %s, and the next tick finds out: %s"
              .formatted(actor, unknown.size(), first.getKey(), first.getValue().getMessage()),
          first.getValue());
    }
    if (!open.isEmpty()) {
      throw IncompleteTickException.ofSome(
          "%d sequences changed while %s was about to change them, first %s; the next tick goes on"
              .formatted(open.size(), actor, open.get(0)));
    }
    return seen;
  }

  /** The entries as they are known, and what hid of others whether they have changed. */
  private record Looks(Map<SequenceKey, Entry> seen, Map<SequenceKey, Throwable> unknown) {}

  private List<SequenceKey> apply(
      List<SequenceKey> keys,
      Looks looks,
      Predicate<Entry> needs,
      Function<List<SequenceKey>, BiFunction<Entry, Instant, Event>> events) {
    List<Entry> needing = new ArrayList<>();
    for (Optional<Entry> found : node.ledger().ledger().find(keys)) {
      found.ifPresent(entry -> looks.seen().put(entry.key(), entry));
      found.filter(needs).ifPresent(needing::add);
    }
    if (needing.isEmpty()) {
      return List.of();
    }
    BiFunction<Entry, Instant, Event> event =
        events.apply(needing.stream().map(Entry::key).toList());
    Instant now = committer.time().ask();
    Map<SequenceKey, Supplier<Committer.Result>> changes = new LinkedHashMap<>();
    for (Entry entry : needing) {
      changes.put(entry.key(), committer.beginIfUnchanged(entry, event.apply(entry, now), now));
    }
    List<SequenceKey> open = new ArrayList<>();
    changes.forEach(
        (key, change) -> {
          Committer.Result result = change.get();
          if (result instanceof Committer.Result.Committed committed) {
            looks.seen().put(key, committed.after());
          } else if (result instanceof Committer.Result.Unknown unknown) {
            looks.unknown().put(key, unknown.cause());
          } else {
            open.add(key);
          }
        });
    return open;
  }
}
