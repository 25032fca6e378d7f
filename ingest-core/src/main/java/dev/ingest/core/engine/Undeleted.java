package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Tells of bytes whose deletion was decided long ago, and which the store does not let go, as where
 * the right to delete was taken away: nobody else would hear of it but a log. For one thread.
 */
final class Undeleted {

  /** How long what is to be deleted may wait without a word. */
  static final Duration LONG = Duration.ofHours(1);

  private final Node node;
  private final Misgivings misgivings;
  private Instant longAgo = Instant.MIN;
  private boolean hasLooked;
  private boolean isAnyOld;
  private Optional<String> failure = Optional.empty();

  Undeleted(Node node) {
    this.node = node;
    this.misgivings = new Misgivings(node);
  }

  /** Takes note of a page of what is to be deleted. */
  void saw(List<Entry> page, Instant now) {
    longAgo = now.minus(LONG);
    hasLooked = true;
    isAnyOld |= page.stream().anyMatch(this::isOld);
  }

  private boolean isOld(Entry entry) {
    return DueQuery.Kind.DISPOSAL.timeOf(entry).isBefore(longAgo);
  }

  void failed(Entry entry, RuntimeException error) {
    if (failure.isEmpty() && isOld(entry)) {
      failure =
          Optional.of(
              "%s is %s since %s, and its bytes are still in %s: %s"
                  .formatted(
                      entry.key(),
                      entry.state(),
                      DueQuery.Kind.DISPOSAL.timeOf(entry),
                      node.content().name(),
                      Failures.describe(error)));
    }
  }

  /**
   * Tells at the end of a sweep. Where what is old was not tried, as the rate was spent or the
   * store is out, nothing is known anew, and what was told stands.
   */
  void tell() {
    if (failure.isPresent() || (hasLooked && !isAnyOld)) {
      misgivings.note(AlertCode.DELETION_STALLED, AlertCode.DELETION_RESUMED, failure);
    }
    failure = Optional.empty();
    hasLooked = false;
    isAnyOld = false;
  }
}
