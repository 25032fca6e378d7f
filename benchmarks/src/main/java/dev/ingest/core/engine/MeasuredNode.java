package dev.ingest.core.engine;

import dev.ingest.core.IntakeLimits;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A node of which one part is measured by itself, on real time and the caller's thread. */
final class MeasuredNode {

  private MeasuredNode() {}

  static Node of(LedgerStore ledger, ContentStore content, CommitThread commits) {
    AtomicLong bits = new AtomicLong();
    Seams seams =
        new Seams(
            InstantSource.system(),
            bits::incrementAndGet,
            Runnable::run,
            pause -> true,
            Runnable::run,
            commits,
            System::nanoTime);
    return new Node(
        new Node.Identity(new NodeId("node-1"), "v1"),
        ledger,
        content,
        List.of(),
        new Node.Policies(TimePolicy.DEFAULT, IntakeLimits.DEFAULT, WorkPolicy.DEFAULT),
        seams);
  }
}
