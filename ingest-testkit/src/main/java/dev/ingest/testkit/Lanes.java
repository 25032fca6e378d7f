package dev.ingest.testkit;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.WorkRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Work that is due now or later, in lanes by work and owner. Lanes with something due stand in a
 * queue: one that was served goes to its end, and so does one that was not due before, so that
 * neither old nor new owners can keep another waiting.
 *
 * <p>A claim costs a logarithm per entry that it takes; nothing is ever looked through.
 */
final class Lanes {

  private final Map<Lane.Name, Lane> lanes = new HashMap<>();

  /** Lanes by their longest due entry: those without a turn, and those with one. */
  private final NavigableMap<DueQuery.Place, Lane> waiting = new TreeMap<>();

  private final NavigableMap<DueQuery.Place, Lane> standing = new TreeMap<>();
  private final Map<WorkRef, NavigableMap<Long, Lane>> turns = new HashMap<>();
  private final Function<OwnerId, Object> laneOf;
  private long latestTurn;

  Lanes(Function<OwnerId, Object> laneOf) {
    this.laneOf = laneOf;
  }

  /** The work of owners who share a lane; without a turn, which is 0, it is not known to be due. */
  private static final class Lane {

    record Name(WorkRef work, Object ofOwner) {}

    final Name name;
    final NavigableSet<DueQuery.Place> entries = new TreeSet<>();
    long turn;

    Lane(Name name) {
      this.name = name;
    }
  }

  /** Lanes of one work in the order of their turns, seen from the next one on. */
  private record Row(Lane next, Iterator<Lane> rest) {}

  void add(Entry entry) {
    Lane.Name name = nameOf(entry);
    Lane lane = lanes.computeIfAbsent(name, Lane::new);
    unplace(lane);
    lane.entries.add(dueOf(entry));
    place(lane);
  }

  void remove(Entry entry) {
    Lane lane = lanes.get(nameOf(entry));
    if (lane == null) {
      throw new IllegalStateException("no lane of the ledger in memory holds " + entry.key());
    }
    unplace(lane);
    lane.entries.remove(dueOf(entry));
    if (lane.entries.isEmpty()) {
      leave(lane);
      lanes.remove(lane.name);
    } else {
      place(lane);
    }
  }

  /** Tells whether two versions of an entry stand at the same place. */
  boolean samePlace(Entry before, Entry after) {
    return nameOf(before).equals(nameOf(after)) && dueOf(before).equals(dueOf(after));
  }

  /** Takes what is due from the lanes whose turn it is, and gives the longest due first. */
  List<SequenceKey> take(Collection<WorkRef> wanted, Instant now, int limit) {
    settle(now);
    int count = 0;
    PriorityQueue<Row> rows = new PriorityQueue<>(Comparator.comparingLong(row -> row.next.turn));
    for (WorkRef work : wanted) {
      NavigableMap<Long, Lane> row = turns.get(work);
      if (row != null) {
        count += row.size();
        advance(row.values().iterator(), rows);
      }
    }
    List<DueQuery.Place> taken = new ArrayList<>();
    List<Lane> served = new ArrayList<>();
    while (taken.size() < limit && !rows.isEmpty()) {
      Row row = rows.remove();
      int share = (limit - 1) / count + 1;
      int room = limit - taken.size();
      int got = take(row.next, now, Math.min(share, room), taken);
      // One whose share the limit cut keeps its turn, or the same lanes would always get less.
      if (got < room || room >= share) {
        served.add(row.next);
      }
      advance(row.rest, rows);
    }
    served.forEach(this::toTheEnd);
    return taken.stream().sorted().map(DueQuery.Place::key).toList();
  }

  private static void advance(Iterator<Lane> rest, PriorityQueue<Row> rows) {
    if (rest.hasNext()) {
      rows.add(new Row(rest.next(), rest));
    }
  }

  private static int take(Lane lane, Instant now, int most, List<DueQuery.Place> taken) {
    int got = 0;
    for (DueQuery.Place due : lane.entries) {
      if (got == most || due.at().isAfter(now)) {
        break;
      }
      taken.add(due);
      got++;
    }
    return got;
  }

  /** Gives a turn to each lane that has become due, and takes it where time went backwards. */
  private void settle(Instant now) {
    while (!standing.isEmpty() && standing.lastKey().at().isAfter(now)) {
      Lane lane = standing.pollLastEntry().getValue();
      leave(lane);
      place(lane);
    }
    while (!waiting.isEmpty() && !waiting.firstKey().at().isAfter(now)) {
      Lane lane = waiting.pollFirstEntry().getValue();
      enter(lane);
      place(lane);
    }
  }

  private void toTheEnd(Lane lane) {
    leave(lane);
    enter(lane);
  }

  private void enter(Lane lane) {
    lane.turn = ++latestTurn;
    turns.computeIfAbsent(lane.name.work(), work -> new TreeMap<>()).put(lane.turn, lane);
  }

  private void leave(Lane lane) {
    NavigableMap<Long, Lane> row = turns.get(lane.name.work());
    if (row != null) {
      row.remove(lane.turn);
      if (row.isEmpty()) {
        turns.remove(lane.name.work());
      }
    }
    lane.turn = 0;
  }

  private void place(Lane lane) {
    index(lane).put(lane.entries.first(), lane);
  }

  private void unplace(Lane lane) {
    if (!lane.entries.isEmpty()) {
      index(lane).remove(lane.entries.first());
    }
  }

  private NavigableMap<DueQuery.Place, Lane> index(Lane lane) {
    return lane.turn == 0 ? waiting : standing;
  }

  private Lane.Name nameOf(Entry entry) {
    return new Lane.Name(entry.active().work(), laneOf.apply(entry.key().owner()));
  }

  private static DueQuery.Place dueOf(Entry entry) {
    return new DueQuery.Place(entry.position().visibleAt(), entry.key());
  }
}
