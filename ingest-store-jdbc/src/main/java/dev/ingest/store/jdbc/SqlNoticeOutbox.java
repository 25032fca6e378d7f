package dev.ingest.store.jdbc;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.NoticeOutbox;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.OwnerNotice;
import java.util.List;
import java.util.Optional;

/** The notices to owners, in a table. */
final class SqlNoticeOutbox implements NoticeOutbox {

  private final Database database;

  SqlNoticeOutbox(Database database) {
    this.database = database;
  }

  @Override
  public List<WaitingNotice> untried(Optional<WaitingNotice> after, int limit) {
    Database.checkLimit(limit, MAX_NOTICES);
    return database.query(
        "read the notices that were never tried", db -> NoticeTable.untried(db, after, limit));
  }

  @Override
  public List<WaitingNotice> retries(Optional<WaitingNotice> after, int limit) {
    Database.checkLimit(limit, MAX_NOTICES);
    return database.query(
        "read the notices that are due again",
        db -> NoticeTable.retries(db, database.dialect().nowMillis(db), after, limit));
  }

  @Override
  public List<WaitingNotice> ahead(int limit) {
    Database.checkLimit(limit, MAX_NOTICES);
    return database.query(
        "read the notices that were put off by a clock set back since",
        db -> NoticeTable.ahead(db, database.dialect().nowMillis(db), limit));
  }

  @Override
  public void acknowledge(List<OwnerNotice> notices) {
    List<OwnerNotice> told = checked(notices);
    if (!told.isEmpty()) {
      database.change(
          "acknowledge " + told.size() + " notices",
          told.size(),
          (db, now) -> {
            NoticeTable.delete(db, database.dialect(), told);
            return Outcome.APPLIED;
          });
    }
  }

  @Override
  public void postpone(List<WaitingNotice> notices) {
    List<WaitingNotice> waiting = checked(notices);
    if (!waiting.isEmpty()) {
      database.change(
          "postpone " + waiting.size() + " notices",
          waiting.size(),
          (db, now) -> {
            for (WaitingNotice one : waiting) {
              NoticeTable.postpone(db, one);
            }
            return Outcome.APPLIED;
          });
    }
  }

  @Override
  public List<WaitingNotice> aside(Optional<OwnerNotice> after, int limit) {
    Database.checkLimit(limit, MAX_NOTICES);
    return database.query("read the notices set aside", db -> NoticeTable.aside(db, after, limit));
  }

  @Override
  public long pending() {
    return database.query("count the notices", db -> db.sql(NoticeTable.PENDING).number());
  }

  private static <T> List<T> checked(List<T> notices) {
    if (notices.size() > MAX_NOTICES) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(notices.size()), "a call takes 1,000 notices at most");
    }
    return List.copyOf(notices);
  }
}
