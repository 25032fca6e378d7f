package dev.ingest.core.engine;

import dev.ingest.core.alert.OutboundHeartbeat;
import dev.ingest.spi.ledger.LedgerStore;

/**
 * Sends the outbound heartbeat: at its interval, and only if the ledger has answered just before,
 * so that the monitor hears nothing from a node that is cut off from its ledger. For one thread;
 * each node has its own, so that the monitor complains when all are gone.
 */
public final class HeartbeatDriver {

  private final LedgerStore ledger;
  private final Seams seams;
  private final OutboundHeartbeat heartbeat;
  private boolean hasSent;
  private long sentAt;

  /**
   * Creates a driver that has sent nothing.
   *
   * @param ledger what has to answer
   * @param seams time
   * @param heartbeat where the pings go
   */
  public HeartbeatDriver(LedgerStore ledger, Seams seams, OutboundHeartbeat heartbeat) {
    this.ledger = ledger;
    this.seams = seams;
    this.heartbeat = heartbeat;
  }

  /**
   * Pings if it is time; to be called a few times per interval.
   *
   * @return 1 if a ping was acknowledged, 0 if it was not time yet
   * @throws RuntimeException if the ledger or the monitor did not answer; the next tick tries again
   */
  public int tick() {
    long now = seams.elapsed().getAsLong();
    if (hasSent && now - sentAt < heartbeat.interval().toNanos()) {
      return 0;
    }
    ledger.ledger().now();
    ledger.controls().read(WatcherRecord.key(Watcher.PUMP));
    heartbeat.send();
    hasSent = true;
    sentAt = now;
    return 1;
  }
}
