package dev.ingest.testkit;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.OwnerNotice;
import java.util.List;
import java.util.Optional;

/** The notices to owners, in memory. */
final class MemoryNotices implements NoticeOutbox {

  private final InMemoryLedger store;

  MemoryNotices(InMemoryLedger store) {
    this.store = store;
  }

  @Override
  public List<WaitingNotice> untried(Optional<WaitingNotice> after, int limit) {
    InMemoryLedger.checkLimit(limit, MAX_NOTICES);
    return store.locked("read notices", tables -> tables.alerts.notices().untried(after, limit));
  }

  @Override
  public List<WaitingNotice> retries(Optional<WaitingNotice> after, int limit) {
    InMemoryLedger.checkLimit(limit, MAX_NOTICES);
    return store.locked(
        "read notices", tables -> tables.alerts.notices().retries(tables.now(), after, limit));
  }

  @Override
  public List<WaitingNotice> ahead(int limit) {
    InMemoryLedger.checkLimit(limit, MAX_NOTICES);
    return store.locked(
        "read notices", tables -> tables.alerts.notices().ahead(tables.now(), limit));
  }

  @Override
  public void acknowledge(List<OwnerNotice> notices) {
    List<OwnerNotice> batch = checked(notices);
    store.locked(
        "acknowledge notices",
        tables -> {
          batch.forEach(tables.alerts.notices()::acknowledge);
          return batch;
        });
  }

  @Override
  public void postpone(List<WaitingNotice> notices) {
    List<WaitingNotice> batch = checked(notices);
    store.locked(
        "postpone notices",
        tables -> {
          batch.forEach(tables.alerts.notices()::postpone);
          return batch;
        });
  }

  @Override
  public List<WaitingNotice> aside(Optional<OwnerNotice> after, int limit) {
    InMemoryLedger.checkLimit(limit, MAX_NOTICES);
    return store.locked("read notices", tables -> tables.alerts.notices().aside(after, limit));
  }

  @Override
  public long pending() {
    return store.locked("count notices", tables -> (long) tables.alerts.notices().count());
  }

  private static <T> List<T> checked(List<T> notices) {
    if (notices.size() > MAX_NOTICES) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(notices.size()), "a call takes 1,000 notices at most");
    }
    return List.copyOf(notices);
  }
}
