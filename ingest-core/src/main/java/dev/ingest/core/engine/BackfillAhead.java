package dev.ingest.core.engine;

import dev.ingest.spi.SequenceKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Where lists are gone through behind ids that cannot be held, or let go of: one of these keeps the
 * record of its backfill where it is, and no other id from being held or let go of. For one thread.
 */
final class BackfillAhead {

  private static final int MAX_PAGES = 20;

  private final BackfillTools tools;
  private final Map<String, SequenceKey> reached = new HashMap<>();

  BackfillAhead(BackfillTools tools) {
    this.tools = tools;
  }

  /**
   * Goes on with a list, {@value #MAX_PAGES} pages at most; at its end it begins anew.
   *
   * @param record of the backfill, which has come to the page that failed
   * @param step what is done with a page
   * @param failure of that page, beside which others are told
   */
  void step(
      BackfillRecord record, Consumer<List<SequenceKey>> step, IncompleteTickException failure) {
    String backfill = record.name();
    for (int pages = 0; pages < MAX_PAGES; pages++) {
      try {
        tools.goOn().run();
      } catch (IncompleteTickException e) {
        failure.addSuppressed(e);
        return;
      }
      List<SequenceKey> keys =
          tools
              .sets(record)
              .listed(Optional.ofNullable(reached.get(backfill)).or(() -> record.list().reached()));
      if (keys.isEmpty()) {
        reached.remove(backfill);
        return;
      }
      reached.put(backfill, keys.get(keys.size() - 1));
      try {
        step.accept(keys);
      } catch (IncompleteTickException e) {
        failure.addSuppressed(e);
      }
    }
  }

  /** The record has gone on by itself. */
  void forget(String backfill) {
    reached.remove(backfill);
  }

  void forgetAllBut(Set<String> open) {
    reached.keySet().retainAll(open);
  }
}
