package com.example.packs;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.testkit.contract.ContentStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

final class PackStoreContractTest extends ContentStoreContract {

  @TempDir Path directory;
  @TempDir Path copy;

  @Override
  protected ContentAccess open(InstantSource clock) {
    return PackStore.open(directory);
  }

  /** A process that was killed holds no lock; here the one that has it open lives on. */
  @Override
  protected ContentAccess openAfterKill(InstantSource clock) throws IOException {
    return PackStore.open(copyOf(directory, copy));
  }
}
