package dev.ingest.testkit;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.testkit.contract.ContentPurgerContract;
import dev.ingest.testkit.contract.ContentStoreContract;
import java.time.InstantSource;
import org.junit.jupiter.api.Nested;

class InMemoryContentTest {

  private static final ContentCapabilities DURABLE =
      new ContentCapabilities(true, true, true, 8_000_000);

  @Nested
  class Store extends ContentStoreContract {
    private final InMemoryContent content = new InMemoryContent();

    @Override
    protected ContentAccess open(InstantSource clock) {
      return content.reopen().access();
    }
  }

  @Nested
  class DurableStore extends ContentStoreContract {
    private final InMemoryContent content = new InMemoryContent(DURABLE);

    @Override
    protected ContentAccess open(InstantSource clock) {
      return content.reopen().access();
    }
  }

  @Nested
  class Purger extends ContentPurgerContract {
    private final InMemoryContent content = new InMemoryContent();

    @Override
    protected ContentAccess open(InstantSource clock) {
      return content.reopen().access();
    }
  }
}
