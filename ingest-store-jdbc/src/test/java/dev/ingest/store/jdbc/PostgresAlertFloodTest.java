package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/** A flood of alerts, on PostgreSQL. */
@Tag("programme")
class PostgresAlertFloodTest extends AlertFloodCases {

  private final PostgresPlace place = new PostgresPlace();

  @AfterEach
  void close() throws SQLException {
    place.source().close();
  }

  @Override
  LedgerStore open() throws SQLException {
    return place.open(Sample.time());
  }

  @Override
  Connection connect() throws SQLException {
    return place.source().getConnection();
  }

  @Override
  String fill(int rows) {
    return "INSERT INTO ingest_alerts"
        + INTO
        + ROW
        + " FROM generate_series(1, "
        + rows
        + ") AS numbers (n)";
  }

  @Override
  long sealAtMost(int most) throws SQLException {
    PostgresDialect dialect = new PostgresDialect("sealing", "ingest_", Optional.empty());
    return countOf(
        new ServerDatabase(place.source(), dialect)
            .changeAtOneMoment("seal", (db, now) -> AlertTable.seal(db, dialect, now, most)));
  }
}
