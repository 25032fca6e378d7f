package dev.ingest.testkit.fault;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.testkit.fault.CallSite.Role;
import java.util.List;

/** The alerts, with faults. */
record FaultingAlerts(AlertOutbox alerts, FaultGate gate) implements AlertOutbox {

  @Override
  public void raise(List<AlertRow> rows) {
    gate.run(Role.ALERTS, "raise", () -> alerts.raise(rows));
  }

  @Override
  public long pending() {
    return gate.read(Role.ALERTS, "pending", List.of(), alerts::pending);
  }

  @Override
  public boolean hasPending() {
    return gate.read(Role.ALERTS, "hasPending", List.of(), alerts::hasPending);
  }

  @Override
  public AlertDigest seal() {
    return gate.whole(Role.ALERTS, "seal", alerts::seal);
  }

  @Override
  public List<AlertDigest> unsent(int limit) {
    return gate.read(Role.ALERTS, "unsent", List.of(limit), () -> alerts.unsent(limit));
  }

  @Override
  public List<AlertDigest> latest(int limit) {
    return gate.read(Role.ALERTS, "latest", List.of(limit), () -> alerts.latest(limit));
  }

  @Override
  public Outcome acknowledge(long ordinal) {
    return gate.whole(Role.ALERTS, "acknowledge", () -> alerts.acknowledge(ordinal));
  }

  @Override
  public NoticeOutbox notices() {
    return new FaultingNotices(alerts.notices(), gate);
  }

  @Override
  public int prune(long keep, int limit) {
    return gate.whole(Role.ALERTS, "prune", () -> alerts.prune(keep, limit));
  }
}
