package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.ledger.LedgerStore;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts of the hourly census that something else than a transition changed, in a file. */
class SqliteCensusTest {

  @TempDir
  @SuppressWarnings("NullAway.Init") // made before each test
  private Path directory;

  private void run(String statement) throws SQLException {
    String url = "jdbc:sqlite:" + directory.resolve("ledger.db");
    try (Statements db =
        new Statements(DriverManager.getConnection(url), UnaryOperator.identity())) {
      db.runOnce(statement);
    }
  }

  @Test
  void countsThatAreWrong_areFoundAndCorrected() throws SQLException {
    try (LedgerStore store = JdbcLedger.sqlite(directory.resolve("ledger.db"), Sample.time())) {
      CensusCorrectionCases.fill(store);
      assertEquals(List.of(), CensusCorrectionCases.differing(store));
      run("UPDATE census SET accepted = accepted + 3, verified = verified - 1");
      CensusCorrectionCases.assertCorrected(store);
      run("DELETE FROM census");
      CensusCorrectionCases.assertCorrected(store);
    }
  }
}
