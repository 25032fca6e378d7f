package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import java.util.Optional;

/**
 * Notices another running engine that has this node's id. Both take the same leases of watchers to
 * be theirs, and each writes the registration that the other has just written.
 *
 * <p>That another has written it since this node did is found at every beat as long as both run.
 * Found once, it may be a process of which this one took the place and which was about to end; so
 * it is told when it is found {@value #MET} times with fewer than {@value #ALONE} beats without in
 * between, and is over after as many. For one thread at a time.
 */
final class Namesake {

  private static final int MET = 2;
  private static final int ALONE = 3;

  private final Node node;
  private final Misgivings misgivings;
  private int met;
  private int alone;
  private boolean isEndTold;

  Namesake(Node node) {
    this.node = node;
    this.misgivings = new Misgivings(node, node.identity().id().value());
  }

  /**
   * Notes a beat.
   *
   * @param isAnothers whether another had written this node's registration since this node did
   * @throws RuntimeException what the ledger threw; the next beat tells
   */
  void beaten(boolean isAnothers) {
    if (isAnothers) {
      met = Math.min(met + 1, MET);
      alone = 0;
      isEndTold = false;
    } else {
      alone = Math.min(alone + 1, ALONE);
      met = alone == ALONE ? 0 : met;
    }
    if (met == MET) {
      note(
          Optional.of(
              "two or more running engines have the id %s: give each one of its own, see node() and"
                      .formatted(node.identity().id())
                  + " ingest.node.id; until then each does what one node at a time is to do, digests"
                  + " are sent by each, and alerts about watchers and clocks may be false"));
    } else if (alone == ALONE && !isEndTold) {
      // Also what an earlier process told of which this one took the place.
      note(Optional.empty());
      isEndTold = true;
    }
  }

  private void note(Optional<String> condition) {
    misgivings.note(AlertCode.NODE_ID_SHARED, AlertCode.NODE_ID_UNIQUE, condition);
  }

  /** Tells the end for ids that nobody has any more. */
  void endAbandoned() {
    misgivings.endAbandoned(AlertCode.NODE_ID_SHARED, AlertCode.NODE_ID_UNIQUE);
  }
}
