package dev.ingest.simulator;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;

/** A store that breaks its contract, to show that the simulation notices. */
interface Sabotage {

  /** Stores that keep their contracts. */
  Sabotage NONE = new Sabotage() {};

  /** Breaks the ledger itself. */
  default LedgerStore ledger(InMemoryLedger ledger) {
    return ledger;
  }

  /** Breaks the content store itself. */
  default ContentAccess content(InMemoryContent content) {
    return content.access();
  }

  /** Breaks what a node makes of the ledger's answers, above all faults. */
  default LedgerStore answers(LedgerStore ledger) {
    return ledger;
  }

  /** Breaks what is stored below a ledger that was restored, as the nodes over it see it. */
  default ContentAccess stored(ContentAccess content, LedgerStore restored) {
    return content;
  }
}
