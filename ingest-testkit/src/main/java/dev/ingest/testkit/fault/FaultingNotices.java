package dev.ingest.testkit.fault;

import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.OwnerNotice;
import dev.ingest.testkit.fault.CallSite.Role;
import java.util.List;
import java.util.Optional;

/** The notices to owners, with faults. */
record FaultingNotices(NoticeOutbox notices, FaultGate gate) implements NoticeOutbox {

  @Override
  public List<WaitingNotice> untried(Optional<WaitingNotice> after, int limit) {
    return gate.read(
        Role.ALERTS, "untriedNotices", List.of(after, limit), () -> notices.untried(after, limit));
  }

  @Override
  public List<WaitingNotice> retries(Optional<WaitingNotice> after, int limit) {
    return gate.read(
        Role.ALERTS, "dueNotices", List.of(after, limit), () -> notices.retries(after, limit));
  }

  @Override
  public List<WaitingNotice> ahead(int limit) {
    return gate.read(Role.ALERTS, "noticesAhead", List.of(limit), () -> notices.ahead(limit));
  }

  @Override
  public void acknowledge(List<OwnerNotice> told) {
    gate.run(Role.ALERTS, "acknowledgeNotices", () -> notices.acknowledge(told));
  }

  @Override
  public void postpone(List<WaitingNotice> waiting) {
    gate.run(Role.ALERTS, "postponeNotices", () -> notices.postpone(waiting));
  }

  @Override
  public List<WaitingNotice> aside(Optional<OwnerNotice> after, int limit) {
    return gate.read(
        Role.ALERTS, "noticesAside", List.of(after, limit), () -> notices.aside(after, limit));
  }

  @Override
  public long pending() {
    return gate.read(Role.ALERTS, "pendingNotices", List.of(), notices::pending);
  }
}
