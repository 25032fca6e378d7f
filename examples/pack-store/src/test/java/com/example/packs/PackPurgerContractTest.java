package com.example.packs;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.testkit.contract.ContentPurgerContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

final class PackPurgerContractTest extends ContentPurgerContract {

  @TempDir Path directory;

  @Override
  protected ContentAccess open(InstantSource clock) {
    return PackStore.open(directory);
  }
}
