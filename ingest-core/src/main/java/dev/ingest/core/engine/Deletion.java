package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.Permit;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * Deletes condemned keys below a prefix, page by page, each page under a permit for exactly the
 * keys that were listed. Whoever asks has committed the reason before. Thread-safe.
 */
final class Deletion {

  private static final int MOST_LOOKS = 3;

  private final Node node;
  private final ContentPurger purger;

  Deletion(Node node, ContentPurger purger) {
    this.node = node;
    this.purger = purger;
  }

  /**
   * Why something is deleted.
   *
   * @param reason the permit's reason
   * @param sequence whose bytes they are
   * @param evidence the commit that allows it
   */
  record Ground(Permit.Reason reason, SequenceKey sequence, String evidence) {}

  /**
   * Deletes everything condemned below a prefix; what is gone already is fine.
   *
   * @return how many keys were listed that are condemned
   * @throws IncompleteTickException if the node stops, or not every key is known to be gone
   */
  long below(ContentPrefix scope, Ground ground, Predicate<ContentKey> condemned) {
    long listed = 0;
    Listing listing = new Listing(node.content(), scope);
    while (listing.hasMore()) {
      checkGoingOn();
      List<ContentKey> keys =
          listing.page().stream().map(ContentStat::key).filter(condemned).toList();
      listed += keys.size();
      if (!keys.isEmpty()) {
        requireGone(
            scope,
            purger.delete(
                new Permit(ground.reason(), ground.sequence(), ground.evidence(), scope, keys)));
      }
    }
    return listed;
  }

  /**
   * Deletes everything condemned below a prefix until a listing after the last deletion shows
   * nothing more of it: one listing may have left some of it out.
   *
   * @return how many keys were listed that are condemned
   * @throws IncompleteTickException if the node stops, or not every key is known to be gone
   */
  long allBelow(ContentPrefix scope, Ground ground, Predicate<ContentKey> condemned) {
    long sum = 0;
    for (int look = 0; look < MOST_LOOKS; look++) {
      long listed = below(scope, ground, condemned);
      if (listed == 0 && look > 0) {
        return sum;
      }
      sum += listed;
    }
    throw new IncompleteTickException(
        "below %s is more to delete after %d listings, the next sweep goes on"
            .formatted(scope, MOST_LOOKS));
  }

  /**
   * Deletes the keys of one permit; what is gone already is fine.
   *
   * @throws IncompleteTickException if the node stops, or not every key is known to be gone
   */
  void exactly(Permit permit) {
    checkGoingOn();
    requireGone(permit.scope(), purger.delete(permit));
  }

  /** Ends long work between two steps when the node stops. */
  void checkGoingOn() {
    if (!node.seams().pause().await(Duration.ZERO)) {
      throw IncompleteTickException.stopping();
    }
  }

  private static void requireGone(ContentPrefix scope, List<Outcome> outcomes) {
    for (Outcome outcome : outcomes) {
      if (!outcome.isApplied()) {
        throw new IncompleteTickException(
            "deleting below " + scope + " is not complete, the next sweep goes on: " + outcome);
      }
    }
  }
}
