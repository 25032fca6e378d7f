package dev.ingest.store.jdbc;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
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
  public AlertDigest seal() {
    return database.changeAtOneMoment("seal an alert digest", AlertTable::seal);
  }

  @Override
  public List<AlertDigest> unsent(int limit) {
    Database.checkLimit(limit, MAX_UNSENT);
    return database.read("read the unsent alert digests", db -> AlertTable.unsent(db, limit));
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
