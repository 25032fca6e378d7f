package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.contract.ControlRecordsContract;
import java.sql.SQLException;
import java.time.InstantSource;
import org.junit.jupiter.api.Tag;

/** The contract of the kit, on PostgreSQL. */
@Tag("programme")
final class PostgresControlRecordsTest extends ControlRecordsContract {

  private final PostgresPlace place = new PostgresPlace();

  @Override
  protected LedgerStore open(InstantSource clock) throws SQLException {
    return place.open(clock);
  }
}
