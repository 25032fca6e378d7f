package dev.ingest.core.engine;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.engine.AuditRules.Presence;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.AuditRow;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lays three records side by side between two places: the entries of the ledger, the listing of raw
 * bytes and the listing of results, all in the order of places, of each of which two pages are in
 * memory.
 *
 * <p>The three are read at different moments, so that what does not fit is only suspected: {@link
 * Examination} then looks at it closely. What fits by position, number and sum of bytes is passed.
 * For one thread.
 */
final class Reconciliation {

  private final AuditRules rules;
  private final boolean examineAll;
  private final LedgerPlaces entries;
  private final ListedArea uploads;
  private final ListedArea results;
  private final RawTally raw = new RawTally();
  private final ResultTally result = new ResultTally();

  /** Between which places. */
  record Range(Optional<SequencePlace> after, SequencePlace until) {

    Range from(SequencePlace place) {
      return new Range(Optional.of(place), until);
    }

    @Override
    public String toString() {
      return "places after " + after.map(SequencePlace::value).orElse("the start") + " to " + until;
    }
  }

  Reconciliation(
      Node node,
      AuditRules rules,
      AuditOptions options,
      Range range,
      Consumer<ContentKey> misplaced) {
    ContentStore content = node.content();
    Executor beside = node.seams().beside();
    this.rules = rules;
    this.examineAll = options.history() || options.bytes();
    this.entries = new LedgerPlaces(node.ledger(), range.after(), range.until(), beside);
    this.uploads = new ListedArea(content, KeyLayout.uploads(), range, misplaced, beside);
    this.results = new ListedArea(content, KeyLayout.allRuns(), range, misplaced, beside);
  }

  /** Returns how many keys were listed. */
  long objects() {
    return uploads.objects() + results.objects();
  }

  /** What one step came to. */
  record Step(SequencePlace place, boolean isEntry, boolean isSuspect) {}

  /**
   * Compares what is at the next place.
   *
   * @param now the ledger's time, a little old
   * @return what it came to, or null at the end
   */
  @Nullable Step next(Instant now) {
    SequencePlace place = least(entries.place(), least(uploads.place(), results.place()));
    if (place == null) {
      return null;
    }
    AuditRow row = place.equals(entries.place()) ? entries.row() : null;
    raw.begin(row);
    result.begin(row);
    uploads.take(place, raw::add);
    results.take(place, result::add);
    if (row != null) {
      entries.next();
    }
    boolean isSuspect = row == null || examineAll || !fits(row, place, now);
    return new Step(place, row != null, isSuspect);
  }

  private boolean fits(AuditRow row, SequencePlace place, Instant now) {
    return rules.isSound(row, place, now)
        && !raw.hasUnexplained()
        && switch (AuditRules.raw(row.state())) {
          case WHOLE -> raw.isWhole();
          case ANY -> true;
          case NONE -> raw.isEmpty();
        }
        && (AuditRules.result(row.state()) != Presence.WHOLE || result.isWhole())
        && outputFits(row);
  }

  private boolean outputFits(AuditRow row) {
    return AuditRules.mayLeaveOutput(row)
        || (AuditRules.result(row.state()) == Presence.NONE
            ? result.isEmpty()
            : !result.hasUnnamed());
  }

  private static @Nullable SequencePlace least(
      @Nullable SequencePlace one, @Nullable SequencePlace other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.compareTo(other) <= 0 ? one : other;
  }
}
