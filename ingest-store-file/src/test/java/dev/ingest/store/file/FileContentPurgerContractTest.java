package dev.ingest.store.file;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.testkit.contract.ContentPurgerContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class FileContentPurgerContractTest extends ContentPurgerContract {

  @TempDir Path dir;

  FileContentPurgerContractTest() {}

  @Override
  protected ContentAccess open(InstantSource clock) {
    return new FileContent(dir.resolve("root"), clock).access();
  }
}
