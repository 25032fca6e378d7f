package dev.ingest.simulator;

import dev.ingest.core.BackfillListener.Outcome.Kind;
import dev.ingest.core.BackfillProgress;
import dev.ingest.core.engine.Backfilling;
import dev.ingest.spi.SequenceKey;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A backfill and its report at one moment.
 *
 * @param progress its counts
 * @param ids its ids by what became of them
 * @param told how many ids the report told of, of each kind; more than ids if it told some twice
 */
record BackfillSeen(
    BackfillProgress progress, Map<Kind, Set<SequenceKey>> ids, Map<Kind, Long> told) {

  static BackfillSeen of(Backfilling backfills, String name) {
    Map<Kind, Set<SequenceKey>> ids = new EnumMap<>(Kind.class);
    Map<Kind, Long> told = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      ids.put(kind, new TreeSet<>());
      told.put(kind, 0L);
    }
    BackfillProgress progress =
        backfills.report(
            name,
            Set.of(Kind.values()),
            (key, outcome, entry) -> {
              ids.getOrDefault(outcome.kind(), Set.of()).add(key);
              told.merge(outcome.kind(), 1L, Long::sum);
            });
    return new BackfillSeen(progress, ids, told);
  }

  Set<SequenceKey> of(Kind kind) {
    return ids.getOrDefault(kind, Set.of());
  }

  /** All ids that it tells of. */
  Set<SequenceKey> all() {
    return ids.values().stream()
        .flatMap(Set::stream)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Tells whether each id comes once. */
  boolean isEachOnce() {
    return told.values().stream().mapToLong(Long::longValue).sum() == all().size();
  }

  /** Tells whether each id comes once, and the counts are as many as the ids. */
  boolean isExact() {
    BackfillProgress.Counts counts = progress.counts();
    return isEachOnce()
        && told.equals(
            Map.of(
                Kind.DONE, counts.done(),
                Kind.FAILED, counts.failed(),
                Kind.PENDING, counts.pending(),
                Kind.UNRECOVERABLE, counts.unrecoverable()))
        && progress.causes().values().stream().mapToLong(Long::longValue).sum() == counts.failed();
  }

  /** Says what was counted and what was told. */
  @Override
  public String toString() {
    return progress + ", told " + List.copyOf(told.entrySet());
  }
}
