package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.contract.WorkQueueContract;
import java.sql.SQLException;
import java.time.InstantSource;

/** The contract of the kit, on PostgreSQL. */
final class PostgresWorkQueueTest extends WorkQueueContract {

  private final PostgresPlace place = new PostgresPlace();

  @Override
  protected LedgerStore open(InstantSource clock) throws SQLException {
    return place.open(clock);
  }
}
