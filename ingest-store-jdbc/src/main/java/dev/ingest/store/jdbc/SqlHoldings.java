package dev.ingest.store.jdbc;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.AuditPage;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.OwnerUsage;

/** What the tables say the ledger holds. */
final class SqlHoldings implements Holdings {

  private final Database database;

  SqlHoldings(Database database) {
    this.database = database;
  }

  @Override
  public AuditPage audit(AuditQuery query) {
    return database.query(
        "read entries for an audit", db -> AuditTable.page(db, database.dialect(), query));
  }

  @Override
  public OwnerUsage usage(OwnerId owner) {
    return database.query(
        "add up what " + owner + " holds", db -> TallyTable.usage(db, database.dialect(), owner));
  }
}
