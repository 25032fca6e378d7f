package dev.ingest.core.engine;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.Optional;

/**
 * Whether the ledger is still in the life in which it last was known to have every acceptance.
 *
 * <p>A ledger that was restored from a backup, or failed over to a replica that lagged, has a new
 * incarnation and may not know what was accepted last. Until someone has looked for such
 * acceptances and says so, nothing is deleted. Thread-safe.
 */
final class KnownIncarnation {

  /** The record that keeps the incarnation. */
  static final ControlRecord.Key KEY = new ControlRecord.Key("incarnation", "known");

  private static final String FIELD = "incarnation";

  private final LedgerStore ledger;

  KnownIncarnation(LedgerStore ledger) {
    this.ledger = ledger;
  }

  /** Returns why nothing may be deleted; empty if the incarnation is the known one. */
  Optional<String> doubt() {
    IncarnationId now = ledger.incarnation();
    Optional<ControlRecord> stored = ledger.controls().read(KEY);
    if (stored.isEmpty()) {
      Outcome created = ledger.controls().write(body(now).record(1));
      return created.isApplied() ? Optional.empty() : doubt();
    }
    String known = RecordBody.parse(stored.get()).text(FIELD);
    return known.equals(now.value())
        ? Optional.empty()
        : Optional.of(
            "%s is incarnation %s, the one known before was %s: it was restored or failed over, and"
                    .formatted(ledger.name(), now.value(), known)
                + " may not know its latest acceptances");
  }

  /**
   * Takes someone's word that every acceptance is known.
   *
   * @param by who and why
   * @return the incarnation that is known from now on
   */
  IncarnationId confirm(Act by) {
    IncarnationId now = ledger.incarnation();
    long version = ledger.controls().read(KEY).map(ControlRecord::version).orElse(0L);
    Outcome outcome =
        ledger
            .controls()
            .write(
                body(now)
                    .with("confirmed-by", by.actor())
                    .with("reason", by.reason())
                    .record(version + 1));
    if (!outcome.isApplied()) {
      throw new IllegalStateException(
          "someone else confirmed the incarnation of "
              + ledger.name()
              + " at the same time ("
              + outcome
              + "); look again");
    }
    return now;
  }

  private static RecordBody body(IncarnationId incarnation) {
    return RecordBody.of(KEY).with(FIELD, incarnation.value());
  }
}
