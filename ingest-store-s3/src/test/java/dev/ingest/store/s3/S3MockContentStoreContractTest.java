package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.testkit.contract.ContentStoreContract;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

@Tag("programme")
class S3MockContentStoreContractTest extends ContentStoreContract {

  private final Opened opened = new Opened(S3MockServer.get());

  S3MockContentStoreContractTest() {}

  @Override
  protected ContentAccess open(InstantSource clock) {
    return opened.open(clock);
  }

  @AfterEach
  void close() {
    opened.close();
  }
}
