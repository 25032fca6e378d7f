package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.contract.UploadSessionsContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class SqliteUploadSessionsTest extends UploadSessionsContract {

  @TempDir Path directory;

  @Override
  protected LedgerStore open(InstantSource clock) {
    return JdbcLedger.sqlite(directory.resolve("ledger.db"), clock);
  }
}
