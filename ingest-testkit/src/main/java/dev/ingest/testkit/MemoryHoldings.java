package dev.ingest.testkit;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.AuditPage;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.OwnerUsage;
import java.util.List;

/** What the ledger in memory says it holds. */
final class MemoryHoldings implements Holdings {

  private final InMemoryLedger store;

  MemoryHoldings(InMemoryLedger store) {
    this.store = store;
  }

  @Override
  public AuditPage audit(AuditQuery query) {
    List<AuditRow> found =
        store.locked(
            "read entries for an audit",
            tables -> tables.entries.atPlaces(query, query.limit() + 1));
    boolean more = found.size() > query.limit();
    return new AuditPage(more ? found.subList(0, query.limit()) : found, more);
  }

  @Override
  public OwnerUsage usage(OwnerId owner) {
    return store.locked("add up what an owner holds", tables -> tables.usage(owner));
  }
}
