package dev.ingest.store.jdbc.content;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.testkit.contract.ContentStoreContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class SqliteContentStoreContractTest extends ContentStoreContract {

  @TempDir Path directory;

  SqliteContentStoreContractTest() {}

  @Override
  protected ContentAccess open(InstantSource clock) {
    return JdbcContent.sqlite(directory.resolve("content.db"), clock).access();
  }
}
