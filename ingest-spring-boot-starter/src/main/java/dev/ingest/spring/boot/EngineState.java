package dev.ingest.spring.boot;

import dev.ingest.core.Beat;
import dev.ingest.core.Blockage;
import dev.ingest.core.Ingest;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.Outlook;
import dev.ingest.core.TimePolicy;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Standing;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What the ledger says of everything at one time: read anew at each call, by a bounded number of
 * reads of a bounded size. Thread-safe.
 */
final class EngineState {

  private final LedgerStore ledger;
  private final Outlook outlook;

  EngineState(LedgerStore ledger, Ingest ingest) {
    this.ledger = ledger;
    this.outlook = ingest.outlook();
  }

  String ledgerName() {
    return ledger.name();
  }

  /** Counts what is in each state, and tells the ledger's time. */
  Census census() {
    return ledger.ledger().census(Optional.empty());
  }

  /**
   * Finds what is nearest to its expiry of all that is in flight or FAILED; where all have one time
   * to live, that was accepted first.
   */
  Optional<Entry> oldestOpen() {
    return IntStream.rangeClosed(0, Standing.MAX_ESCALATIONS)
        .mapToObj(level -> ledger.ledger().due(DueQuery.risk(level, TimePolicy.LONGEST, 1)))
        .flatMap(List::stream)
        .min(Comparator.comparing((Entry entry) -> entry.receipt().expiresAt()));
  }

  List<Beat> beats() {
    return outlook.beats();
  }

  Optional<LatestAudit> latestAudit() {
    return outlook.latestAudit();
  }

  List<Blockage> blocked() {
    return outlook.blocked();
  }
}
