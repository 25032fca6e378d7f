package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.NodeId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether the ledger takes what a watchdog writes. One that answers and takes no writes, since its
 * disk is full or it is a read-only replica, looks alive to whoever only reads, while nothing is
 * accepted, finished or told through it; so that is told past it, once per refusal, when writes
 * have failed for {@value #LONG_SECONDS} s. For one thread.
 */
final class RefusedWrites {

  private static final int LONG_SECONDS = 15;

  private final NodeId self;
  private final Seams seams;
  private final DirectAlerts direct;
  private boolean hasFailed;
  private @Nullable Long failingSince;
  private boolean isTold;

  RefusedWrites(NodeId self, Seams seams, DirectAlerts direct) {
    this.self = self;
    this.seams = seams;
    this.direct = direct;
  }

  /** Notes that a write failed, and tells if that has lasted. */
  void failed(Throwable cause) {
    long now = seams.elapsed().getAsLong();
    Long since = failingSince;
    hasFailed = true;
    if (since == null) {
      failingSince = now;
      return;
    }
    Duration length = Duration.ofNanos(now - since);
    if (!isTold && length.toSeconds() >= LONG_SECONDS) {
      isTold = true;
      direct.raise(
          AlertCode.LEDGER_REFUSES_WRITES,
          "",
          "the ledger has answered %s and taken none of its writes for %d s, last with: %s; see"
                  .formatted(self, length.toSeconds(), Failures.describe(cause))
              + " whether its disk is full or it is read-only");
    }
  }

  /**
   * Ends a tick.
   *
   * @return whether a refusal was told and is over, so that its end is to be told: no write of this
   *     tick has failed, and whatever is still silent would have had one
   */
  boolean endTick() {
    boolean isOver = !hasFailed && isTold;
    if (!hasFailed) {
      failingSince = null;
    }
    hasFailed = false;
    return isOver;
  }

  /** Notes that the end was told. */
  void endTold() {
    isTold = false;
  }
}
