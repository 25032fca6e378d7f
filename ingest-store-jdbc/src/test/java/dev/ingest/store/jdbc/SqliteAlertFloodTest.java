package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** A flood of alerts, on SQLite. */
@Tag("programme")
class SqliteAlertFloodTest extends AlertFloodCases {

  @TempDir private Path directory;

  @Override
  LedgerStore open() {
    return JdbcLedger.sqlite(file(), Sample.time());
  }

  private Path file() {
    return directory.resolve("ledger.db");
  }

  @Override
  Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file());
  }

  @Override
  String fill(int rows) {
    return "INSERT INTO alerts"
        + INTO
        + "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < "
        + rows
        + ") "
        + ROW
        + " FROM numbers";
  }

  @Override
  long sealAtMost(int most) throws SQLException {
    SqliteDialect dialect = new SqliteDialect(file(), Sample.time());
    try (Statements db = dialect.openWriter()) {
      db.run("BEGIN IMMEDIATE");
      long sealed = countOf(AlertTable.seal(db, dialect, 1, most));
      db.run("COMMIT");
      return sealed;
    }
  }
}
