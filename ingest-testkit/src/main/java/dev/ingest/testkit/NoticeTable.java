package dev.ingest.testkit;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.OwnerNotice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Notices to owners that are not acknowledged. */
final class NoticeTable {

  private static final Comparator<WaitingNotice> MOST_DUE =
      Comparator.comparing(WaitingNotice::dueAt)
          .thenComparing(waiting -> waiting.notice().cause().at())
          .thenComparing(waiting -> waiting.notice().key());

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

  List<WaitingNotice> untried(Optional<WaitingNotice> after, int limit) {
    return heads(waiting -> !isTried(waiting), after, limit);
  }

  List<WaitingNotice> retries(Instant now, Optional<WaitingNotice> after, int limit) {
    return heads(waiting -> isTried(waiting) && !waiting.dueAt().isAfter(now), after, limit);
  }

  List<WaitingNotice> ahead(Instant now, int limit) {
    return rows.values().stream()
        .filter(waiting -> !waiting.aside())
        .filter(waiting -> waiting.tries().last().filter(last -> last.isAfter(now)).isPresent())
        .limit(limit)
        .toList();
  }

  private List<WaitingNotice> heads(
      Predicate<WaitingNotice> which, Optional<WaitingNotice> after, int limit) {
    List<WaitingNotice> heads = new ArrayList<>();
    SequenceKey last = null;
    for (WaitingNotice waiting : rows.values()) {
      SequenceKey key = waiting.notice().key();
      // Rows of one sequence stand together, so its first is the one that follows another's.
      if (!waiting.aside() && !key.equals(last)) {
        last = key;
        if (which.test(waiting)) {
          heads.add(waiting);
        }
      }
    }
    return heads.stream()
        .filter(head -> after.isEmpty() || MOST_DUE.compare(head, after.get()) > 0)
        .sorted(MOST_DUE)
        .limit(limit)
        .toList();
  }

  private static boolean isTried(WaitingNotice waiting) {
    return waiting.dueAt().isAfter(WaitingNotice.AT_ONCE);
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
