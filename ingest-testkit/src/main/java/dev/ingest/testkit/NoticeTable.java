package dev.ingest.testkit;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.OwnerNotice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Notices to owners that are not acknowledged. */
final class NoticeTable {

  private static final Comparator<WaitingNotice> MOST_DUE =
      Comparator.comparing(WaitingNotice::dueAt)
          .thenComparing(waiting -> waiting.notice().cause().at())
          .thenComparing(waiting -> Place.of(waiting.notice()));

  private final NavigableMap<Place, WaitingNotice> rows = new TreeMap<>();

  private record Place(SequenceKey key, long ordinal) implements Comparable<Place> {

    private static final Comparator<Place> ORDER =
        Comparator.comparing(Place::key).thenComparing(Place::ordinal);

    static Place of(OwnerNotice notice) {
      return new Place(notice.key(), notice.cause().ordinal());
    }

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  NoticeTable copy() {
    NoticeTable copy = new NoticeTable();
    copy.rows.putAll(rows);
    return copy;
  }

  void add(OwnerNotice notice) {
    rows.put(Place.of(notice), WaitingNotice.untried(notice));
  }

  List<WaitingNotice> due(Instant now, int limit) {
    List<WaitingNotice> due = new ArrayList<>();
    Set<SequenceKey> seen = new HashSet<>();
    for (WaitingNotice waiting : rows.values()) {
      if (!waiting.aside() && seen.add(waiting.notice().key()) && isDue(waiting, now)) {
        due.add(waiting);
      }
    }
    return due.stream().sorted(MOST_DUE).limit(limit).toList();
  }

  /** One that was tried in the future was put off by a clock that has been set back since. */
  private static boolean isDue(WaitingNotice waiting, Instant now) {
    return !waiting.dueAt().isAfter(now)
        || waiting.tries().last().filter(last -> last.isAfter(now)).isPresent();
  }

  void acknowledge(OwnerNotice notice) {
    if (isThere(notice)) {
      rows.remove(Place.of(notice));
    }
  }

  void postpone(WaitingNotice waiting) {
    if (isThere(waiting.notice())) {
      rows.put(Place.of(waiting.notice()), waiting);
    }
  }

  List<WaitingNotice> aside(Optional<OwnerNotice> after, int limit) {
    NavigableMap<Place, WaitingNotice> rest =
        after.isPresent() ? rows.tailMap(Place.of(after.get()), false) : rows;
    return rest.values().stream().filter(WaitingNotice::aside).limit(limit).toList();
  }

  int count() {
    return rows.size();
  }

  private boolean isThere(OwnerNotice notice) {
    WaitingNotice found = rows.get(Place.of(notice));
    return found != null && found.notice().cause().transition().equals(notice.cause().transition());
  }
}
