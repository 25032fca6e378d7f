package dev.ingest.cli;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A ledger in memory whose time stands still, with sequences that nobody works on. */
final class InMemory {

  static final Instant NOW = Instant.parse("2026-05-04T09:30:00Z");

  private InMemory() {}

  /** Makes a ledger in which owner {@code ann} has these sequences. */
  static Ledger ledger(String... ids) throws IOException {
    LedgerStore store = new InMemoryLedger(InstantSource.fixed(NOW), IncarnationId.ofBits(1, 2));
    Pipeline copy =
        Pipeline.named("copy").stage(Stage.copy()).expect(Expectation.onePerItem()).build();
    try (Ingest engine =
        Ingest.builder()
            .ledger(store)
            .content(new InMemoryContent().access())
            .pipeline(copy)
            .limits(new IntakeLimits(10, 10, 10, OwnerQuota.UNLIMITED, Duration.ofHours(1)))
            .allowVolatileStores()
            .build()) {
      for (String id : ids) {
        engine.submit(
            SequenceKey.of("ann", id), upload -> upload.add(ItemName.of("x"), new byte[] {1}));
      }
    }
    return store.ledger();
  }
}
