package dev.ingest.core.engine;

import dev.ingest.core.alert.OutboundHeartbeat;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;

/**
 * Sends the outbound heartbeat: at its interval, and only if the ledger has taken a write just
 * before, so that the monitor hears nothing from a node that is cut off from its ledger, or whose
 * ledger answers and takes no writes. What it writes is one control record that all nodes share,
 * with who pinged last and when. For one thread; each node has its own, so that the monitor
 * complains when all are gone.
 */
public final class HeartbeatDriver {

  private static final ControlRecord.Key KEY = new ControlRecord.Key("heartbeat", "last");
  private static final int MAX_ATTEMPTS = 4;

  private final LedgerStore ledger;
  private final NodeId self;
  private final Seams seams;
  private final OutboundHeartbeat heartbeat;
  private boolean hasSent;
  private long sentAt;

  /**
   * Creates a driver that has sent nothing.
   *
   * @param ledger what has to take a write
   * @param self this node
   * @param seams time
   * @param heartbeat where the pings go
   */
  public HeartbeatDriver(
      LedgerStore ledger, NodeId self, Seams seams, OutboundHeartbeat heartbeat) {
    this.ledger = ledger;
    this.self = self;
    this.seams = seams;
    this.heartbeat = heartbeat;
  }

  /**
   * Pings if it is time; to be called a few times per interval.
   *
   * @return 1 if a ping was acknowledged, 0 if it was not time yet
   * @throws RuntimeException if the ledger took no write, or the monitor did not answer; the next
   *     tick tries again
   */
  public int tick() {
    long now = seams.elapsed().getAsLong();
    if (hasSent && now - sentAt < heartbeat.interval().toNanos()) {
      return 0;
    }
    write();
    heartbeat.send();
    hasSent = true;
    sentAt = now;
    return 1;
  }

  private void write() {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      long version = ledger.controls().read(KEY).map(ControlRecord::version).orElse(0L);
      RecordBody body =
          RecordBody.of(KEY).with("node", self.value()).with("at", ledger.ledger().now());
      Outcome outcome = ledger.controls().write(body.record(version + 1));
      if (outcome.isApplied()) {
        return;
      }
      if (outcome instanceof Outcome.Unknown unknown) {
        throw new LedgerException(
            ledger.name() + ": whether it takes writes is not known, so no heartbeat is sent",
            unknown.cause());
      }
    }
    throw new LedgerException(
        "%s: other nodes wrote the record of the heartbeat first, %d times in a row; the next tick"
                .formatted(ledger.name(), MAX_ATTEMPTS)
            + " tries again");
  }
}
