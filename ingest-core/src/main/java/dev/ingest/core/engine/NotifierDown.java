package dev.ingest.core.engine;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * That the notifier takes nothing: told once when it begins and once when it ends, by whichever
 * node, since the ledger keeps that it was told. Thread-safe.
 */
final class NotifierDown {

  private static final Logger LOG = LoggerFactory.getLogger(NotifierDown.class);
  private static final ControlRecord.Key KEY = new ControlRecord.Key("notices", "down");
  private static final String SINCE = "since";

  private final LedgerStore ledger;
  private final Node.Identity identity;

  NotifierDown(LedgerStore ledger, Node.Identity identity) {
    this.ledger = ledger;
    this.identity = identity;
  }

  /** Tells whether it was told and has not ended. */
  boolean isTold() {
    return isTold(ledger.controls().read(KEY));
  }

  /** Tells that it begins, unless that was told. */
  void begin(Instant now, String message) {
    Optional<ControlRecord> record = ledger.controls().read(KEY);
    if (!isTold(record)) {
      raise(AlertCode.NOTIFIER_DOWN, now, message);
      write(record, Long.toString(now.toEpochMilli()));
    }
  }

  /** Tells that it ends, if it was told. */
  void end(Instant now, String message) {
    Optional<ControlRecord> record = ledger.controls().read(KEY);
    if (isTold(record)) {
      raise(AlertCode.NOTIFIER_BACK, now, message);
      write(record, "");
    }
  }

  private void raise(AlertCode code, Instant now, String message) {
    ledger.alerts().raise(List.of(EngineAlert.of(code, "", message).row(identity, now)));
    LOG.warn("{}: {}", code, message);
  }

  private void write(Optional<ControlRecord> before, String since) {
    long version = before.map(ControlRecord::version).orElse(0L) + 1;
    Outcome outcome =
        ledger.controls().write(RecordBody.of(KEY).with(SINCE, since).record(version));
    if (!outcome.isApplied()) {
      throw new LedgerException(
          "%s: that the notifier is down or back was not written, as another node may tell: %s"
              .formatted(ledger.name(), outcome));
    }
  }

  private static boolean isTold(Optional<ControlRecord> record) {
    return record.filter(found -> !RecordBody.parse(found).text(SINCE).isEmpty()).isPresent();
  }
}
