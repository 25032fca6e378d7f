package dev.ingest.simulator;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.NoticeOutbox;
import java.util.List;

/** An outbox of alerts that does as told. */
class Outbox implements AlertOutbox {

  private final AlertOutbox alerts;

  Outbox(AlertOutbox alerts) {
    this.alerts = alerts;
  }

  @Override
  public void raise(List<AlertRow> rows) {
    alerts.raise(rows);
  }

  @Override
  public boolean hasPending() {
    return alerts.hasPending();
  }

  @Override
  public long pending() {
    return alerts.pending();
  }

  @Override
  public AlertDigest seal() {
    return alerts.seal();
  }

  @Override
  public List<AlertDigest> unsent(int limit) {
    return alerts.unsent(limit);
  }

  @Override
  public List<AlertDigest> latest(int limit) {
    return alerts.latest(limit);
  }

  @Override
  public Outcome acknowledge(long ordinal) {
    return alerts.acknowledge(ordinal);
  }

  @Override
  public int prune(long keep, int limit) {
    return alerts.prune(keep, limit);
  }

  @Override
  public NoticeOutbox notices() {
    return alerts.notices();
  }
}
