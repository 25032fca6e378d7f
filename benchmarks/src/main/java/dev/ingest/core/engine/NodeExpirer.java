package dev.ingest.core.engine;

import dev.ingest.core.EngineListener;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

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
   */
  public NodeExpirer(LedgerStore ledger, ContentAccess content) {
    AtomicLong bits = new AtomicLong();
    Seams seams =
        new Seams(
            InstantSource.system(),
            bits::incrementAndGet,
            Runnable::run,
            pause -> true,
            Runnable::run,
            thread,
            System::nanoTime);
    Node node =
        new Node(
            new Node.Identity(new NodeId("node-1"), "v1"),
            ledger,
            content.store(),
            List.of(),
            new Node.Policies(TimePolicy.DEFAULT, IntakeLimits.DEFAULT, WorkPolicy.DEFAULT),
            seams);
    Supervisor supervisor = new Supervisor(EngineListener.NONE);
    ExpiryPolicy policy =
        ExpiryPolicy.DEFAULT
            .withGrace(Duration.ZERO)
            .withMaxProofAge(Duration.ofDays(366_000))
            .withPerSecond(1_000_000);
    expirer =
        new Expirer(
            node,
            new Committer(node, supervisor),
            content.purger(),
            policy,
            new WatcherLease(ledger, Watcher.EXPIRER, node.identity().id(), seams),
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
