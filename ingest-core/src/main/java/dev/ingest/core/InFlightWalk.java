package dev.ingest.core;

import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Counts what is overdue among all that is in flight, in the order of the keys, so that nothing
 * that is settled or FAILED hides any. A look reads {@value #MAX_PAGES} pages at most; where more
 * is in flight, the next look goes on, and a walk that is through counts until the next one is, but
 * for {@link #VALID} at most. Thread-safe; one looks at a time.
 */
final class InFlightWalk {

  /** For how long a walk of several looks counts: walks that take longer tell of no zero. */
  static final Duration VALID = Duration.ofMinutes(10);

  private static final int MAX_PAGES = 10;
  private static final Set<State> IN_FLIGHT =
      Arrays.stream(State.values())
          .filter(State::isInFlight)
          .collect(Collectors.toUnmodifiableSet());

  private final Ledger ledger;
  private final int page;
  private @Nullable Walk under;
  private @Nullable Walk through;

  InFlightWalk(Ledger ledger) {
    this(ledger, ScanQuery.MAX_LIMIT);
  }

  /** With pages of another size. */
  InFlightWalk(Ledger ledger, int page) {
    this.ledger = ledger;
    this.page = page;
  }

  /**
   * What is in flight.
   *
   * @param overdue past their deadline
   * @param oldest when the one was accepted that waits longest; empty if none was seen
   * @param isWhole whether all of it was looked at, now or within {@link #VALID}; otherwise there
   *     may be more of either
   */
  record Found(long overdue, Optional<Instant> oldest, boolean isWhole) {

    static final Found NONE = new Found(0, Optional.empty(), true);

    private Found and(Found other) {
      return new Found(
          Math.max(overdue, other.overdue),
          oldest.filter(one -> other.oldest.filter(one::isAfter).isEmpty()).or(other::oldest),
          isWhole && other.isWhole);
    }

    private Found in(boolean whole) {
      return new Found(overdue, oldest, whole);
    }

    private Found and(Entry entry, Instant now) {
      Instant accepted = entry.receipt().acceptedAt();
      return new Found(
          overdue + (Outlook.isOverdue(entry, now) ? 1 : 0),
          oldest.filter(one -> !one.isAfter(accepted)).or(() -> Optional.of(accepted)),
          isWhole);
    }
  }

  /** A walk, as far as it has come. */
  private record Walk(Instant begun, Found found, Optional<ScanQuery> next) {

    boolean isValid(Instant now) {
      return !now.isBefore(begun) && !now.isAfter(begun.plus(VALID));
    }
  }

  synchronized Found look(Instant now) {
    Walk walk = under;
    boolean goesOn = walk != null && walk.isValid(now);
    if (walk == null || !goesOn) {
      ScanQuery first =
          new ScanQuery(Optional.empty(), Optional.empty(), IN_FLIGHT, Optional.empty(), page);
      walk = new Walk(now, Found.NONE, Optional.of(first));
    }
    for (int pages = 0; pages < MAX_PAGES && walk.next.isPresent(); pages++) {
      walk = page(walk, walk.next.get(), now);
    }
    if (walk.next.isEmpty()) {
      under = null;
      through = walk;
      return goesOn ? walk.found.and(sinceThen(now)) : walk.found;
    }
    under = walk;
    Walk before = through;
    return before == null || !before.isValid(now)
        ? walk.found.in(false)
        : sinceThen(now).and(walk.found).and(before.found);
  }

  /** What has passed its deadline since an earlier look, as far as no sentinel has marked it. */
  private Found sinceThen(Instant now) {
    List<Entry> due = ledger.due(DueQuery.of(DueQuery.Kind.DEADLINE, Duration.ZERO, page));
    Found found = Found.NONE;
    for (Entry entry : due) {
      found = entry.state().isInFlight() ? found.and(entry, now) : found;
    }
    return found.in(due.size() < page);
  }

  private Walk page(Walk walk, ScanQuery query, Instant now) {
    EntryPage read = ledger.scan(query);
    List<Entry> entries = read.entries();
    Found found = walk.found;
    for (Entry entry : entries) {
      found = found.and(entry, now);
    }
    Optional<ScanQuery> next =
        read.more()
            ? Optional.of(query.after(entries.get(entries.size() - 1).key()))
            : Optional.empty();
    return new Walk(walk.begun, found, next);
  }
}
