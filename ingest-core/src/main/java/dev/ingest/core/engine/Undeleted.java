package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;
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
  private boolean hasFailed;
  private Optional<SequenceKey> suspect = Optional.empty();
  private Optional<String> failure = Optional.empty();

  Undeleted(Node node) {
    this.node = node;
    this.misgivings = new Misgivings(node);
  }

  /** Takes note that what is to be deleted is looked at. */
  void saw(Instant now) {
    longAgo = now.minus(LONG);
    hasLooked = true;
  }

  private boolean isOld(Entry entry) {
    return DueQuery.Kind.DISPOSAL.timeOf(entry).isBefore(longAgo);
  }

  void failed(Entry entry, RuntimeException error) {
    boolean isStopping = error instanceof IncompleteTickException e && e.isStopping();
    if (isStopping || !isOld(entry) || hasFailed) {
      return;
    }
    // The oldest comes first; one that fails once may go at the next sweep.
    hasFailed = true;
    boolean isAgain = suspect.equals(Optional.of(entry.key()));
    suspect = Optional.of(entry.key());
    if (isAgain) {
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
   * Tells at the end of a sweep. Where nothing was looked at, as the rate was spent or the time is
   * in doubt, nothing is known anew, and what was told stands.
   */
  void tell() {
    if (failure.isPresent() || (hasLooked && !hasFailed)) {
      misgivings.note(AlertCode.DELETION_STALLED, AlertCode.DELETION_RESUMED, failure);
    }
    if (hasLooked && !hasFailed) {
      suspect = Optional.empty();
    }
    failure = Optional.empty();
    hasLooked = false;
    hasFailed = false;
  }
}
