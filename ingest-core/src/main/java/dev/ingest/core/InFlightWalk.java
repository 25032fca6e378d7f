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
 * for {@link #COUNTS} at most. What was accepted behind a walk is found by the next one. By then it
 * may have passed its deadline and been marked, where two walks take longer than a sequence has to
 * be verified: a walk tells of no zero once it is longer ago than that that it began. How long that
 * is, this engine's own times say; of sequences of other engines, the nearest deadline that the
 * walk has seen does. Thread-safe; one looks at a time.
 */
final class InFlightWalk {

  /** How long a walk of several looks may take: one that takes longer begins anew. */
  static final Duration VALID = Duration.ofMinutes(10);

  /** For how long a walk counts from its beginning: the next one takes as long as it did. */
  static final Duration COUNTS = VALID.multipliedBy(2);

  private static final int MAX_PAGES = 10;
  private static final Set<State> IN_FLIGHT =
      Arrays.stream(State.values())
          .filter(State::isInFlight)
          .collect(Collectors.toUnmodifiableSet());

  private final Ledger ledger;
  private final Duration target;
  private final int page;
  private @Nullable Walk under;
  private @Nullable Walk through;

  /**
   * Creates one.
   *
   * @param ledger what it looks into
   * @param target within what time this engine wants a sequence verified
   */
  InFlightWalk(Ledger ledger, Duration target) {
    this(ledger, target, ScanQuery.MAX_LIMIT);
  }

  /** With pages of another size. */
  InFlightWalk(Ledger ledger, Duration target, int page) {
    this.ledger = ledger;
    this.target = target;
    this.page = page;
  }

  /**
   * What is in flight.
   *
   * @param overdue past their deadline
   * @param oldest when the one was accepted that waits longest; empty if none was seen
   * @param isWhole whether all of it was looked at, now or within {@link #COUNTS}, and no deadline
   *     has passed since of what was not overdue then, nor can have of what was accepted since;
   *     otherwise there may be more of either
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

  /** A walk, as far as it has come, and the nearest deadline of what it did not find overdue. */
  private record Walk(
      Instant begun, Found found, Optional<Instant> nearest, Optional<ScanQuery> next) {

    boolean isWithin(Duration time, Instant now) {
      return !now.isBefore(begun) && !now.isAfter(begun.plus(time));
    }

    /**
     * What it tells later. Whatever has passed its deadline since may be overdue, and is in no
     * index any more once a sentinel has marked it: then nothing is known of a zero.
     */
    Found at(Instant now, Duration target) {
      boolean mayBeLate =
          nearest.filter(deadline -> deadline.isBefore(now)).isPresent()
              || begun.plus(target).isBefore(now);
      return mayBeLate && found.overdue == 0 ? found.in(false) : found;
    }
  }

  synchronized Found look(Instant now) {
    Walk walk = under;
    boolean goesOn = walk != null && walk.isWithin(VALID, now);
    if (walk == null || !goesOn) {
      ScanQuery first =
          new ScanQuery(Optional.empty(), Optional.empty(), IN_FLIGHT, Optional.empty(), page);
      walk = new Walk(now, Found.NONE, Optional.empty(), Optional.of(first));
    }
    for (int pages = 0; pages < MAX_PAGES && walk.next.isPresent(); pages++) {
      walk = page(walk, walk.next.get(), now);
    }
    if (walk.next.isEmpty()) {
      under = null;
      through = walk;
      return goesOn ? walk.at(now, target).and(sinceThen(now)) : walk.found;
    }
    under = walk;
    Walk before = through;
    return before == null || !before.isWithin(COUNTS, now)
        ? walk.found.in(false)
        : sinceThen(now).and(walk.at(now, target)).and(before.at(now, target));
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
    Optional<Instant> nearest = walk.nearest;
    for (Entry entry : entries) {
      found = found.and(entry, now);
      Instant deadline = entry.receipt().deadline();
      if (!Outlook.isOverdue(entry, now) && nearest.filter(deadline::isAfter).isEmpty()) {
        nearest = Optional.of(deadline);
      }
    }
    Optional<ScanQuery> next =
        read.more()
            ? Optional.of(query.after(entries.get(entries.size() - 1).key()))
            : Optional.empty();
    return new Walk(walk.begun, found, nearest, next);
  }
}
