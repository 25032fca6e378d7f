package dev.ingest.store.jdbc;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.NoticeOutbox;
import java.util.List;

/** The alerts, in tables. */
final class SqlAlertOutbox implements AlertOutbox {

  private final Database database;

  SqlAlertOutbox(Database database) {
    this.database = database;
  }

  @Override
  public void raise(List<AlertRow> rows) {
    database.checkBatch(rows);
    List<AlertRow> alerts = List.copyOf(rows);
    database.change(
        "raise " + alerts.size() + " alerts",
        alerts.size(),
        (db, now) -> {
          for (AlertRow alert : alerts) {
            AlertTable.insert(db, alert);
          }
          return Outcome.APPLIED;
        });
  }

  @Override
  public long pending() {
    return database.query("count the alerts", db -> db.sql(AlertTable.PENDING).number());
  }

  @Override
  public boolean hasPending() {
    return database.query("look for alerts", db -> db.sql(AlertTable.ANY_PENDING).number()) != 0;
  }

  @Override
  public AlertDigest seal() {
    return database.changeAtOneMoment(
        "seal an alert digest",
        (db, now) -> AlertTable.seal(db, database.dialect(), now, MIN_SEALED));
  }

  @Override
  public List<AlertDigest> unsent(int limit) {
    Database.checkLimit(limit, MAX_UNSENT);
    return database.read("read the unsent alert digests", db -> AlertTable.unsent(db, limit));
  }

  @Override
  public List<AlertDigest> latest(int limit) {
    Database.checkLimit(limit, MAX_UNSENT);
    return database.read("read the latest alert digests", db -> AlertTable.latest(db, limit));
  }

  @Override
  public int prune(long keep, int limit) {
    if (keep < 1) {
      throw new InvalidValueException(
          Kind.NUMBER, Long.toString(keep), "a count of digests that stay is 1 or more");
    }
    Database.checkLimit(limit, MAX_UNSENT);
    return database.changeAtOneMoment(
        "drop old alert digests", (db, now) -> AlertTable.prune(db, keep, limit));
  }

  @Override
  public NoticeOutbox notices() {
    return new SqlNoticeOutbox(database);
  }

  @Override
  public Outcome acknowledge(long ordinal) {
    return database.change(
        "acknowledge alert digest " + ordinal,
        (db, now) ->
            AlertTable.acknowledge(db, ordinal)
                ? Outcome.APPLIED
                : Outcome.notApplied(Reason.ABSENT, "no digest " + ordinal + " was sealed"));
  }
}
