package dev.ingest.testkit;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.NoticeOutbox;
import java.util.List;

/** The alerts, in memory. */
final class MemoryAlerts implements AlertOutbox {

  private final InMemoryLedger store;

  MemoryAlerts(InMemoryLedger store) {
    this.store = store;
  }

  @Override
  public void raise(List<AlertRow> rows) {
    List<AlertRow> batch = store.checkBatch(rows);
    store.locked(
        "raise alerts",
        tables -> {
          tables.alerts.add(batch);
          return batch;
        });
  }

  @Override
  public long pending() {
    return store.locked("count alerts", tables -> (long) tables.alerts.count());
  }

  @Override
  public boolean hasPending() {
    return store.locked("look for alerts", tables -> tables.alerts.count() > 0);
  }

  @Override
  public AlertDigest seal() {
    return store.locked("seal a digest", tables -> tables.alerts.seal(tables.now()));
  }

  @Override
  public List<AlertDigest> unsent(int limit) {
    InMemoryLedger.checkLimit(limit, MAX_UNSENT);
    return store.locked("read digests", tables -> tables.alerts.unsent(limit));
  }

  @Override
  public List<AlertDigest> latest(int limit) {
    InMemoryLedger.checkLimit(limit, MAX_UNSENT);
    return store.locked("read digests", tables -> tables.alerts.latest(limit));
  }

  @Override
  public int prune(long keep, int limit) {
    if (keep < 1) {
      throw new InvalidValueException(
          Kind.NUMBER, Long.toString(keep), "a count of digests that stay is 1 or more");
    }
    InMemoryLedger.checkLimit(limit, MAX_UNSENT);
    return store.locked("drop digests", tables -> tables.alerts.prune(keep, limit));
  }

  @Override
  public NoticeOutbox notices() {
    return new MemoryNotices(store);
  }

  @Override
  public Outcome acknowledge(long ordinal) {
    return store.locked(
        "acknowledge a digest",
        tables ->
            tables.alerts.acknowledge(ordinal)
                ? Outcome.APPLIED
                : Outcome.notApplied(
                    Reason.ABSENT, store.name() + ": no digest " + ordinal + " was sealed"));
  }
}
