package dev.ingest.core.engine;

import dev.ingest.core.EngineListener;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.testkit.InMemoryContent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The group commit of one node by itself, for measurements: it stands in the engine's package
 * because nobody else drives it without the engine.
 */
public final class NodeWriter implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CommitThread thread = new CommitThread();
  private final GroupCommit group;

  /**
   * Creates a writer with a thread of its own.
   *
   * @param ledger where it commits
   */
  public NodeWriter(LedgerStore ledger) {
    Node node = MeasuredNode.of(ledger, new InMemoryContent().access().store(), thread);
    group = new GroupCommit(node, new Supervisor(EngineListener.NONE));
  }

  /**
   * Submits transitions one by one, as the engine's tasks do, and waits for all outcomes.
   *
   * @param transitions the transitions
   * @return the outcomes, in order
   */
  public List<Outcome> commit(List<Transition> transitions) {
    List<CompletableFuture<Outcome>> submitted = transitions.stream().map(group::submit).toList();
    return submitted.stream().map(CompletableFuture::join).toList();
  }

  @Override
  public void close() {
    group.close(PATIENCE);
    thread.close();
  }
}
