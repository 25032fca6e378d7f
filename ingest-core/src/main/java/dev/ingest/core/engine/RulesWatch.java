package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentUpkeep;
import java.util.List;
import java.util.Optional;

/**
 * Looks again and again whether the content store would delete by itself what the ledger still
 * needs, since the rules that were compared at the start can be changed by anybody who may. What
 * cannot be read is not known, which is told as well, but only if it cannot twice in a row: one
 * answer may be lost. On every node. For one thread.
 */
final class RulesWatch {

  private final String store;
  private final ContentUpkeep content;
  private final Retention retention;
  private final Misgivings misgivings;
  private boolean failedBefore;

  RulesWatch(Node node, ContentUpkeep content, Retention retention) {
    this.store = node.content().name();
    this.content = content;
    this.retention = retention;
    this.misgivings = new Misgivings(node);
  }

  /**
   * Looks.
   *
   * @return 0
   */
  int tick() {
    List<String> conflicts;
    try {
      conflicts = retention.conflicts(content.deletionRules());
    } catch (ContentException e) {
      if (failedBefore) {
        note(Optional.of("whether it deletes by itself is not known: " + e.getMessage()));
      }
      failedBefore = true;
      throw e;
    }
    failedBefore = false;
    note(
        conflicts.isEmpty()
            ? Optional.empty()
            : Optional.of(String.join("; ", conflicts) + "; change the rule before it runs"));
    return 0;
  }

  private void note(Optional<String> found) {
    misgivings.note(
        AlertCode.CONTENT_ENDS_EARLY,
        AlertCode.CONTENT_STAYS,
        found.map(told -> "content store %s: %s".formatted(store, told)));
  }
}
