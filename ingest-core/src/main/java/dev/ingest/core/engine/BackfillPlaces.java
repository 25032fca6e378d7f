package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Goes through sets of a backfill one after the other, and meets each id once: in the first of them
 * that has it. So whoever counts them and whoever tells of them agree, also while an id is in two
 * sets, as a crash leaves it, or nodes that knew nothing of each other. For one thread.
 */
final class BackfillPlaces {

  private final BackfillSets sets;
  private final List<ControlRecord.Key> passed = new ArrayList<>();

  BackfillPlaces(BackfillSets sets) {
    this.sets = sets;
  }

  /** Visits the ids of a set that were in none before, page by page in the order of keys. */
  void each(ControlRecord.Key set, Consumer<List<SequenceKey>> visit) {
    boolean[] hasSome = {false};
    sets.each(
        set,
        page -> {
          hasSome[0] = true;
          List<SequenceKey> rest = rest(page);
          if (!rest.isEmpty()) {
            visit.accept(rest);
          }
        });
    if (hasSome[0]) {
      passed.add(set);
    }
  }

  /** Goes past a set without a visit. */
  void past(ControlRecord.Key set) {
    if (!sets.page(set, Optional.empty(), 1).isEmpty()) {
      passed.add(set);
    }
  }

  private List<SequenceKey> rest(List<SequenceKey> page) {
    Set<SequenceKey> rest = new TreeSet<>(page);
    for (ControlRecord.Key before : passed) {
      rest.removeAll(sets.among(before, rest));
    }
    return List.copyOf(rest);
  }
}
