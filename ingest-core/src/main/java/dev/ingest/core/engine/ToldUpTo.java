package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The latest time by which the sentinel told of anything, kept in a control record. A ledger whose
 * clock is behind it has told of deadlines and risks before their time. One node writes it at a
 * time, under the sentinel's lease. For one thread.
 */
final class ToldUpTo {

  static final ControlRecord.Key KEY = new ControlRecord.Key("sentinel", "told");

  private static final String FIELD = "ledger";
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private final ControlRecords records;

  ToldUpTo(ControlRecords records) {
    this.records = records;
  }

  /** Tells whether something was told by a time that has not come yet. */
  boolean isAhead(Instant now) {
    return records
        .read(KEY)
        .map(record -> RecordBody.parse(record).time(FIELD))
        .filter(told -> now.isBefore(told.minus(TOLERANCE)))
        .isPresent();
  }

  /**
   * Keeps the time, before it is told by.
   *
   * @throws IncompleteTickException if that is not known to be kept
   */
  void keep(Instant now) {
    Optional<ControlRecord> before = records.read(KEY);
    Outcome outcome =
        records.write(
            RecordBody.of(KEY)
                .with(FIELD, now)
                .record(before.map(ControlRecord::version).orElse(0L) + 1));
    if (!outcome.isApplied()) {
      throw new IncompleteTickException(
          "the time up to which is told was not kept, so the next tick tells: " + outcome);
    }
  }
}
