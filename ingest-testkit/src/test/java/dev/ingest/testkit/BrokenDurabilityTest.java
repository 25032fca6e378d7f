package dev.ingest.testkit;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.contract.ContentStoreContract;
import dev.ingest.testkit.contract.LedgerContract;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Stores that write down what they have when they are closed, and the case that catches them. */
class BrokenDurabilityTest {

  @Test
  void contentWrittenAtTheClose_caught() {
    Caught.by(
        "what was committed is there for a process that comes after a kill",
        ContentAtTheClose.class);
  }

  @Test
  void ledgerWrittenAtTheClose_caught() {
    Caught.by(
        "what was applied is there for a process that comes after a kill", LedgerAtTheClose.class);
  }

  @Test
  void contentThatIsLocked_needsAnotherOpening() {
    Caught.by("what was committed is there for a process that comes after a kill", Locked.class);
  }

  static class ContentAtTheClose extends ContentStoreContract {

    private InMemoryContent written = empty();

    private static InMemoryContent empty() {
      return new InMemoryContent(
          new ContentCapabilities(true, false, true, Integer.MAX_VALUE - 8L));
    }

    @Override
    protected ContentAccess open(InstantSource clock) {
      written = written.reopen();
      return written.access();
    }

    @Override
    protected ContentAccess openAfterKill(InstantSource clock) {
      return empty().access();
    }
  }

  static class LedgerAtTheClose extends LedgerContract {

    private @Nullable InMemoryLedger written;

    private static InMemoryLedger empty(InstantSource clock) {
      return new InMemoryLedger(
          clock, IncarnationId.ofBits(9, 10), new LedgerCapabilities(true, false, 1_000));
    }

    @Override
    protected LedgerStore open(InstantSource clock) {
      written = written == null ? empty(clock) : written.reopen();
      return written;
    }

    @Override
    protected LedgerStore openAfterKill(InstantSource clock) {
      return empty(clock);
    }
  }

  /** One that can be opened once at a time, whose test says nothing of that. */
  static class Locked extends ContentStoreContract {

    private boolean isOpen;

    @Override
    protected ContentAccess open(InstantSource clock) {
      if (isOpen) {
        throw new IllegalStateException("another process has it open");
      }
      isOpen = true;
      InMemoryContent content = ContentAtTheClose.empty();
      return new ContentAccess(
          Twist.of(
              ContentStore.class,
              content,
              "close",
              none -> {
                isOpen = false;
                return null;
              }),
          content);
    }
  }
}
