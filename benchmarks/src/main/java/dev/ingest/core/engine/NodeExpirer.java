package dev.ingest.core.engine;

import dev.ingest.core.EngineListener;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;

/**
 * The expirer of one node by itself, for measurements: it stands in the engine's package because
 * nobody else drives it without the engine. Proofs of any age count, and the rate is not limited.
 */
public final class NodeExpirer implements AutoCloseable {

  private final CommitThread thread = new CommitThread();
  private final Expirer expirer;

  /**
   * Creates an expirer.
   *
   * @param ledger the ledger
   * @param content the bytes
   * @param grace how long raw bytes stay after they expired
   */
  public NodeExpirer(LedgerStore ledger, ContentAccess content, Duration grace) {
    Node node = MeasuredNode.of(ledger, content.store(), thread);
    Supervisor supervisor = new Supervisor(EngineListener.NONE);
    ExpiryPolicy policy =
        ExpiryPolicy.DEFAULT
            .withGrace(grace)
            .withMaxProofAge(Duration.ofDays(366_000))
            .withPerSecond(1_000_000);
    expirer =
        new Expirer(
            node,
            new Committer(node, supervisor),
            content.purger(),
            policy,
            new WatcherLease(ledger, Watcher.EXPIRER, node.identity().id(), node.seams()),
            supervisor);
  }

  /**
   * Expires what is due, as one tick of the engine does.
   *
   * @return how many sequences lost their raw bytes
   */
  public int tick() {
    return expirer.tick();
  }

  @Override
  public void close() {
    expirer.release();
    thread.close();
  }
}
