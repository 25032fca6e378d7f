package dev.ingest.core.engine;

import dev.ingest.core.Confirmation;
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

  private final Node node;
  private final LedgerStore ledger;

  KnownIncarnation(Node node) {
    this.node = node;
    this.ledger = node.ledger();
  }

  /**
   * Returns why nothing may be deleted; empty if the incarnation is the known one. A ledger that
   * has none known yet knows its own from now on.
   */
  Optional<String> doubt() {
    IncarnationId now = ledger.incarnation();
    Optional<ControlRecord> stored = ledger.controls().read(KEY);
    if (stored.isEmpty()) {
      Outcome created = ledger.controls().write(body(now).record(1));
      if (created.isApplied()) {
        return Optional.empty();
      }
      // Someone else was first, or nobody knows; the next look finds what is there.
      stored = ledger.controls().read(KEY);
      if (stored.isEmpty()) {
        return Optional.of(
            "%s has no record of its known incarnation, and whether %s was written as the first is not"
                    .formatted(ledger.name(), now.value())
                + " known: "
                + created);
      }
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
   * @param givenUp how many are given up
   * @return the incarnation that is known from now on
   */
  IncarnationId confirm(Act by, int givenUp) {
    IncarnationId now = ledger.incarnation();
    Confirmations.keep(
        ledger,
        node.seams().randomBits().getAsLong(),
        Confirmation.Subject.LEDGER,
        "incarnation %s, %d given up".formatted(now.value(), givenUp),
        by);
    long version = ledger.controls().read(KEY).map(ControlRecord::version).orElse(0L);
    Confirmations.requireApplied(
        ledger.controls().write(body(now).record(version + 1)),
        "the confirmation of incarnation %s of %s".formatted(now.value(), ledger.name()));
    return now;
  }

  private static RecordBody body(IncarnationId incarnation) {
    return RecordBody.of(KEY).with(FIELD, incarnation.value());
  }
}
