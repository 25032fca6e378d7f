package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.Optional;

/**
 * Whether owners are told of what happens in a ledger. The ledger keeps it, so that every engine
 * that is built over it writes notices, also one that has no notifier of its own: otherwise an
 * owner would not hear of what an operator's command did.
 */
public final class NoticeSwitch {

  static final ControlRecord.Key KEY = new ControlRecord.Key("notices", "switch");

  private static final String FIELD = "told";
  private static final int MAX_ATTEMPTS = 4;

  private final LedgerStore ledger;

  /**
   * Creates the switch of a ledger. Does no I/O.
   *
   * @param ledger the ledger
   */
  public NoticeSwitch(LedgerStore ledger) {
    this.ledger = ledger;
  }

  /**
   * Tells whether owners are told.
   *
   * @return false until the first engine with a notifier was built, and after an end
   */
  public boolean isOn() {
    return ledger.controls().read(KEY).map(NoticeSwitch::isOn).orElse(false);
  }

  /**
   * Has owners told, or not, by all engines that are built from now on. Durable when it returns.
   *
   * @param on whether
   */
  public void turn(boolean on) {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Optional<ControlRecord> before = ledger.controls().read(KEY);
      if (before.map(NoticeSwitch::isOn).orElse(false) == on) {
        return;
      }
      long version = before.map(ControlRecord::version).orElse(0L) + 1;
      Outcome outcome =
          ledger
              .controls()
              .write(RecordBody.of(KEY).with(FIELD, Boolean.toString(on)).record(version));
      if (outcome instanceof Outcome.Unknown unknown) {
        throw new LedgerException(
            "whether notices were turned %s in %s is not known; repeat it"
                .formatted(on ? "on" : "off", ledger.name()),
            unknown.cause());
      }
    }
    if (isOn() != on) {
      throw new LedgerException(
          "others turned the notices of %s on and off meanwhile; look who does"
              .formatted(ledger.name()));
    }
  }

  private static boolean isOn(ControlRecord record) {
    return Boolean.parseBoolean(RecordBody.parse(record).text(FIELD));
  }
}
