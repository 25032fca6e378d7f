package dev.ingest.store.jdbc;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;

/**
 * The life that the ledger is in, as it was read last. What guards a lease compares the row's own
 * incarnation with the token's inside the database, and a new life is written into every held row;
 * so a process that has not read it yet commits nothing of the old one. Thread-safe.
 */
final class Life {

  private static final String RENEW =
      "UPDATE @meta SET value = ? WHERE name = 'incarnation' AND value = ?";
  private static final String TAKE_LEASES =
      "UPDATE @work SET lease_incarnation = ? WHERE lease_incarnation IS NOT NULL";

  private final Database database;
  private final Schema schema;
  private volatile IncarnationId latest;

  Life(Database database) {
    this.database = database;
    this.schema = new Schema(database.dialect());
    this.latest = database.query("read the incarnation", schema::incarnation);
  }

  /** Returns the one read last, without asking. */
  IncarnationId latest() {
    return latest;
  }

  IncarnationId read() {
    IncarnationId now = database.query("read the incarnation", schema::incarnation);
    latest = now;
    return now;
  }

  Outcome renew(IncarnationId expected, IncarnationId next) {
    Outcome outcome =
        database.change(
            "begin incarnation " + next,
            (db, now) -> {
              if (db.sql(RENEW).text(next.value()).text(expected.value()).change() == 0) {
                IncarnationId found = schema.incarnation(db);
                return found.equals(next)
                    ? Outcome.APPLIED
                    : Outcome.notApplied(
                        Outcome.Reason.CONFLICT,
                        "expected incarnation %s, found %s; read it again"
                            .formatted(expected, found));
              }
              db.sql(TAKE_LEASES).text(next.value()).change();
              return Outcome.APPLIED;
            });
    if (outcome.isApplied()) {
      latest = next;
    }
    return outcome;
  }
}
