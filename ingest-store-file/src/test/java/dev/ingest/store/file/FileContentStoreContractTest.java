package dev.ingest.store.file;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.testkit.contract.ContentStoreContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class FileContentStoreContractTest extends ContentStoreContract {

  @TempDir Path dir;

  FileContentStoreContractTest() {}

  @Override
  protected ContentAccess open(InstantSource clock) {
    return new FileContent(dir.resolve("root"), clock).access();
  }
}
