package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.contract.LedgerContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class SqliteLedgerTest extends LedgerContract {

  @TempDir Path directory;

  @Override
  protected LedgerStore open(InstantSource clock) {
    return JdbcLedger.sqlite(directory.resolve("ledger.db"), clock);
  }
}
