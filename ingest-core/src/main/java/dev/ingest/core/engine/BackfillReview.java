package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks again at what has failed. A run that failed may be sent another way by the router, and is
 * in the backfill's name still; so what was put down as failed may be under way since, or proven.
 *
 * <p>As elsewhere, an id is put where it goes before it is taken from where it was. One that is
 * found under way has no outcome from then on, and the comparison which follows has it wait ({@link
 * BackfillCheck}). For one thread.
 */
final class BackfillReview {

  private final BackfillTools tools;
  private final BackfillRecord record;
  private final BackfillSets sets;

  BackfillReview(BackfillTools tools, BackfillRecord record) {
    this.tools = tools;
    this.record = record;
    this.sets = tools.sets(record);
  }

  /** Tells whether a backfill's run of a sequence is under way. */
  private static boolean isUnderWay(Entry entry, String backfill) {
    return entry.state().isInFlight() && isOwn(entry, backfill);
  }

  /** Tells whether readers see the result of a backfill's run of a sequence. */
  private static boolean isProven(Entry entry, String backfill) {
    boolean isSeen =
        switch (entry.state()) {
          case VERIFIED, EXPIRING, EXPIRED -> true;
          case ACCEPTED, PROCESSING, PROCESSED, FAILED, DISCARDING, DISCARDED, LOST -> false;
        };
    return isSeen
        && isOwn(entry, backfill)
        && entry.published().map(Publication::epoch).equals(Optional.of(entry.run().epoch()));
  }

  private static boolean isOwn(Entry entry, String backfill) {
    return entry.run().backfill().equals(Optional.of(backfill));
  }

  /** Tells whether a sequence whose run has failed is not what has failed any more. */
  static boolean hasChanged(Entry entry, String backfill) {
    return isUnderWay(entry, backfill) || isProven(entry, backfill);
  }

  /** Goes through all that has failed, a page at a time, and moves what has changed. */
  void run() {
    for (int cause = 0; cause < record.tally().causes().size(); cause++) {
      int place = cause;
      sets.each(
          sets.failed(cause),
          page -> {
            review(place, page);
            tools.goOn().run();
          });
    }
  }

  private void review(int cause, List<SequenceKey> keys) {
    List<SequenceKey> underWay = new ArrayList<>();
    List<SequenceKey> proven = new ArrayList<>();
    for (Optional<Entry> found : tools.node().ledger().ledger().find(keys)) {
      found
          .filter(entry -> isUnderWay(entry, record.name()))
          .ifPresent(entry -> underWay.add(entry.key()));
      found
          .filter(entry -> isProven(entry, record.name()))
          .ifPresent(entry -> proven.add(entry.key()));
    }
    sets.add(sets.running(), underWay);
    sets.add(sets.done(), proven);
    List<SequenceKey> moved = new ArrayList<>(underWay);
    moved.addAll(proven);
    if (!moved.isEmpty()) {
      // Whoever stood still since the read must not take away what another has put down meanwhile.
      tools.goOn().run();
      sets.remove(sets.failed(cause), changed(moved));
    }
  }

  private List<SequenceKey> changed(List<SequenceKey> keys) {
    return tools.node().ledger().ledger().find(keys).stream()
        .flatMap(Optional::stream)
        .filter(entry -> hasChanged(entry, record.name()))
        .map(Entry::key)
        .toList();
  }
}
