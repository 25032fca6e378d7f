package dev.ingest.benchmarks.ledger;

import dev.ingest.core.engine.NodeWriter;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import java.util.List;

/** How the threads' transitions reach the ledger. */
interface Writer extends AutoCloseable {

  List<Outcome> commit(List<Transition> transitions);

  @Override
  void close();

  /** Which way. */
  enum Kind {
    /** Each thread hands its own batches to the ledger. */
    OWN_BATCHES("commit 200"),
    /** All threads submit single transitions to the node's one group commit. */
    GROUP_COMMIT("the node's group commit");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }

    Writer open(LedgerStore store) {
      return this == OWN_BATCHES ? new Direct(store) : new Grouped(new NodeWriter(store));
    }
  }

  /** Writes past the group commit. */
  record Direct(LedgerStore store) implements Writer {

    @Override
    public List<Outcome> commit(List<Transition> transitions) {
      return store.ledger().commit(transitions);
    }

    @Override
    public void close() {
      // The store belongs to the caller.
    }
  }

  /** Writes through the group commit. */
  record Grouped(NodeWriter node) implements Writer {

    @Override
    public List<Outcome> commit(List<Transition> transitions) {
      return node.commit(transitions);
    }

    @Override
    public void close() {
      node.close();
    }
  }
}
