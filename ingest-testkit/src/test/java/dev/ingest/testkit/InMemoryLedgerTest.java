package dev.ingest.testkit;

import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.contract.AlertOutboxContract;
import dev.ingest.testkit.contract.ControlRecordsContract;
import dev.ingest.testkit.contract.LedgerContract;
import dev.ingest.testkit.contract.UploadSessionsContract;
import dev.ingest.testkit.contract.WorkQueueContract;
import java.time.InstantSource;
import org.junit.jupiter.api.Nested;

class InMemoryLedgerTest {

  private static final IncarnationId INCARNATION = IncarnationId.ofBits(1, 2);

  @Nested
  class Entries extends LedgerContract {
    private final InMemoryLedger ledger = new InMemoryLedger(time, INCARNATION);

    @Override
    protected LedgerStore open(InstantSource clock) {
      return ledger.reopen();
    }
  }

  /** Memory stands for a disk, and batches are small. */
  @Nested
  class DurableEntries extends LedgerContract {
    private final InMemoryLedger ledger =
        new InMemoryLedger(time, INCARNATION, new LedgerCapabilities(true, true, 16));

    @Override
    protected LedgerStore open(InstantSource clock) {
      return ledger.reopen();
    }
  }

  @Nested
  class Work extends WorkQueueContract {
    private final InMemoryLedger ledger = new InMemoryLedger(time, INCARNATION);

    @Override
    protected LedgerStore open(InstantSource clock) {
      return ledger.reopen();
    }
  }

  /** Owners share 32 lanes, the fewest that are allowed. */
  @Nested
  class WorkInSharedLanes extends WorkQueueContract {
    private final InMemoryLedger ledger =
        new InMemoryLedger(
            time,
            INCARNATION,
            InMemoryLedger.CAPABILITIES,
            owner -> Digest.ofUtf8(owner.value()).toBytes()[0] & 31);

    @Override
    protected LedgerStore open(InstantSource clock) {
      return ledger.reopen();
    }
  }

  @Nested
  class Sessions extends UploadSessionsContract {
    private final InMemoryLedger ledger = new InMemoryLedger(time, INCARNATION);

    @Override
    protected LedgerStore open(InstantSource clock) {
      return ledger.reopen();
    }
  }

  @Nested
  class Alerts extends AlertOutboxContract {
    private final InMemoryLedger ledger = new InMemoryLedger(time, INCARNATION);

    @Override
    protected LedgerStore open(InstantSource clock) {
      return ledger.reopen();
    }
  }

  @Nested
  class Controls extends ControlRecordsContract {
    private final InMemoryLedger ledger = new InMemoryLedger(time, INCARNATION);

    @Override
    protected LedgerStore open(InstantSource clock) {
      return ledger.reopen();
    }
  }
}
