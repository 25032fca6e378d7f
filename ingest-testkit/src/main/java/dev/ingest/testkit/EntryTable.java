package dev.ingest.testkit;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Entries and histories with the indices that a database would keep on them: by state, by owner, by
 * place, by the work that is due, and by each point in time that a due query asks for. A copy has
 * the same rows; whose turn it is to be claimed begins anew in it.
 */
final class EntryTable {

  /** All entries by key: in no order for whoever knows the key, and in order. */
  private final Map<SequenceKey, Entry> entries = new HashMap<>();

  private final NavigableSet<SequenceKey> keys = new TreeSet<>();
  private final Map<SequenceKey, List<HistoryRow>> histories = new HashMap<>();
  private final NavigableMap<SequencePlace, SequenceKey> places = new TreeMap<>();
  private final Function<OwnerId, Object> laneOf;
  private final Lanes lanes;
  private final Map<Index, NavigableSet<DueQuery.Place>> due = new HashMap<>();
  private final Map<State, NavigableSet<SequenceKey>> states = new EnumMap<>(State.class);
  private final Map<OwnerId, OwnerTotals> owners = new HashMap<>();
  private final HourlyCounts census = new HourlyCounts();

  /** What can become due by one point in time, and at one level of escalation. */
  private record Index(DueQuery.Kind kind, int escalations) {

    static Index of(DueQuery.Kind kind, Entry entry) {
      return new Index(kind, kind == DueQuery.Kind.RISK ? entry.standing().escalations() : 0);
    }
  }

  EntryTable(Function<OwnerId, Object> laneOf) {
    this.laneOf = laneOf;
    this.lanes = new Lanes(laneOf);
    for (State state : State.values()) {
      states.put(state, new TreeSet<>());
    }
  }

  EntryTable copy() {
    EntryTable copy = new EntryTable(laneOf);
    keys.forEach(key -> copy.put(entry(key)));
    histories.forEach((key, rows) -> copy.histories.put(key, new ArrayList<>(rows)));
    return copy;
  }

  @Nullable Entry get(SequenceKey key) {
    return entries.get(key);
  }

  void put(Entry after) {
    Entry before = entries.put(after.key(), after);
    for (DueQuery.Kind kind : DueQuery.Kind.values()) {
      move(kind, before, after);
    }
    moveWork(before, after);
    census.move(before, after);
    if (before == null) {
      keys.add(after.key());
      places.put(SequencePlace.of(after.key()), after.key());
    } else {
      totals(before).remove(before);
    }
    totals(after).add(after);
    if (before == null || before.state() != after.state()) {
      if (before != null) {
        index(before.state()).remove(before.key());
      }
      index(after.state()).add(after.key());
    }
  }

  List<Entry> leased() {
    return keys.stream()
        .map(this::entry)
        .filter(entry -> entry.position().lease().isPresent())
        .toList();
  }

  List<HistoryRow> history(SequenceKey key) {
    return histories.getOrDefault(key, List.of());
  }

  void append(HistoryRow row) {
    histories.computeIfAbsent(row.key(), key -> new ArrayList<>(4)).add(row);
  }

  OwnerTotals totals(OwnerId owner) {
    return owners.getOrDefault(owner, OwnerTotals.NONE);
  }

  HourlyCounts census() {
    return census;
  }

  /** Counts the entries of one hour anew. */
  HourlyCounts recount(Instant hour) {
    HourlyCounts counted = new HourlyCounts();
    entries.values().stream()
        .filter(entry -> CensusKey.of(entry).hour().equals(hour))
        .forEach(entry -> counted.move(null, entry));
    return counted;
  }

  Map<State, Long> counts() {
    Map<State, Long> counts = new EnumMap<>(State.class);
    states.forEach(
        (state, keys) -> {
          if (!keys.isEmpty()) {
            counts.put(state, (long) keys.size());
          }
        });
    return counts;
  }

  /** Takes work that is visible by now from the lanes whose turn it is; it turns them. */
  List<Entry> takeWork(Set<WorkRef> wanted, Instant now, int limit) {
    return lanes.take(wanted, now, limit).stream().map(this::entry).toList();
  }

  List<Entry> due(DueQuery query, Instant until) {
    NavigableSet<DueQuery.Place> all = index(new Index(query.kind(), query.escalations()));
    return query.after().map(place -> all.tailSet(place, false)).orElse(all).stream()
        .takeWhile(place -> !place.at().isAfter(until))
        .limit(query.limit())
        .map(place -> entry(place.key()))
        .toList();
  }

  /** Finds up to {@code limit} entries in the order of their places. */
  List<AuditRow> atPlaces(AuditQuery query, int limit) {
    NavigableMap<SequencePlace, SequenceKey> to = places.headMap(query.until(), true);
    return query
        .after()
        .map(place -> places.subMap(place, false, later(place, query.until()), true))
        .orElse(to)
        .values()
        .stream()
        .limit(limit)
        .map(key -> AuditRow.of(entry(key)))
        .toList();
  }

  private static SequencePlace later(SequencePlace one, SequencePlace other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** Finds up to {@code limit} entries, and goes on from key to key instead of over all entries. */
  List<Entry> scan(ScanQuery query, int limit) {
    List<Entry> found = new ArrayList<>(Math.min(limit, 64));
    SequenceKey key = first(query);
    while (key != null && found.size() < limit && ownerFits(query, key)) {
      if (query.id().isEmpty() || query.id().get().equals(key.id())) {
        found.add(entry(key));
      }
      key = next(query, key, false);
    }
    return found;
  }

  private static boolean ownerFits(ScanQuery query, SequenceKey key) {
    return query.owner().isEmpty() || query.owner().get().equals(key.owner());
  }

  private @Nullable SequenceKey first(ScanQuery query) {
    // Sequence ids start with a letter or digit, so no id of an owner sorts before "0".
    SequenceKey least = query.owner().map(owner -> SequenceKey.of(owner.value(), "0")).orElse(null);
    SequenceKey after = query.after().orElse(null);
    if (after != null && (least == null || after.compareTo(least) >= 0)) {
      return next(query, after, false);
    }
    if (least != null) {
      return next(query, least, true);
    }
    return keys.isEmpty() ? null : next(query, keys.first(), true);
  }

  private @Nullable SequenceKey next(ScanQuery query, SequenceKey from, boolean inclusive) {
    if (query.states().isEmpty()) {
      return inclusive ? keys.ceiling(from) : keys.higher(from);
    }
    SequenceKey least = null;
    for (State state : query.states()) {
      NavigableSet<SequenceKey> ofState = index(state);
      SequenceKey key = inclusive ? ofState.ceiling(from) : ofState.higher(from);
      if (key != null && (least == null || key.compareTo(least) < 0)) {
        least = key;
      }
    }
    return least;
  }

  private Entry entry(SequenceKey key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      throw new IllegalStateException("an index of the ledger in memory names " + key + " wrongly");
    }
    return entry;
  }

  private void move(DueQuery.Kind kind, @Nullable Entry before, Entry after) {
    boolean was = before != null && canBecomeDue(kind, before);
    boolean is = canBecomeDue(kind, after);
    if (before != null && was && is && stays(kind, before, after)) {
      return;
    }
    if (before != null && was) {
      index(Index.of(kind, before)).remove(place(kind, before));
    }
    if (is) {
      index(Index.of(kind, after)).add(place(kind, after));
    }
  }

  /** Most changes of an entry leave most of its times as they are. */
  private static boolean stays(DueQuery.Kind kind, Entry before, Entry after) {
    return Index.of(kind, before).equals(Index.of(kind, after))
        && kind.timeOf(before).equals(kind.timeOf(after));
  }

  private static DueQuery.Place place(DueQuery.Kind kind, Entry entry) {
    return new DueQuery.Place(kind.timeOf(entry), entry.key());
  }

  private static boolean canBecomeDue(DueQuery.Kind kind, Entry entry) {
    State state = entry.state();
    boolean unproven = state.isInFlight() || state == State.FAILED;
    return switch (kind) {
      case DEADLINE -> unproven && !entry.standing().overdue();
      case EXPIRY ->
          state == State.VERIFIED
              && entry.standing().hold().isEmpty()
              && entry.beside().run().isEmpty();
      case RISK -> unproven;
      case DISPOSAL -> state == State.EXPIRING || state == State.DISCARDING;
      case LEFTOVERS ->
          entry.standing().leftovers()
              && entry.beside().run().isEmpty()
              && (state == State.VERIFIED || state == State.EXPIRED || state == State.DISCARDED);
      case PROOF -> state == State.VERIFIED || state == State.EXPIRED;
      case RAW_PROOF -> state == State.FAILED;
      case SUPERSEDED ->
          entry.beside().superseded().isPresent()
              && (state == State.VERIFIED || state == State.EXPIRED);
      case SIDE_RUN -> entry.beside().run().isPresent();
    };
  }

  private void moveWork(@Nullable Entry before, Entry after) {
    boolean was = before != null && before.isQueued();
    boolean is = after.isQueued();
    if (before != null && was && is && lanes.samePlace(before, after)) {
      return;
    }
    if (before != null && was) {
      lanes.remove(before);
    }
    if (is) {
      lanes.add(after);
    }
  }

  private NavigableSet<DueQuery.Place> index(Index index) {
    return due.computeIfAbsent(index, missing -> new TreeSet<>());
  }

  private NavigableSet<SequenceKey> index(State state) {
    return states.computeIfAbsent(state, missing -> new TreeSet<>());
  }

  private OwnerTotals totals(Entry entry) {
    return owners.computeIfAbsent(entry.key().owner(), owner -> new OwnerTotals());
  }
}
