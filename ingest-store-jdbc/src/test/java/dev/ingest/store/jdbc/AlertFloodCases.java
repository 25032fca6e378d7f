package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.LedgerStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A flood of alerts, sealed. {@code -Dingest.alerts.rows=N} makes it larger and prints how long it
 * took.
 */
abstract class AlertFloodCases {

  private static final int ROWS = Integer.getInteger("ingest.alerts.rows", 50_000);
  private static final int GROUPS = 4;

  /** Makes rows 1 to n of the alerts, of which {@code n} is the number. */
  static final String ROW =
      "SELECT 'CODE' || (n % "
          + GROUPS
          + "), 'photos', 'a@1', '1.0', 1000 + n, 'owner' || (n % 1000),"
          + " 'sequence-' || n, 'a sequence has failed: find out why, and redrive or discard it'";

  static final String INTO = " (code, pipeline, stage, node_version, at, owner, id, message) ";

  abstract LedgerStore open() throws SQLException;

  abstract Connection connect() throws SQLException;

  /** Writes so many alerts, as {@link #ROW} makes them. */
  abstract String fill(int rows);

  @Test
  void flood_isOneLinePerGroupInOneCommit() throws SQLException {
    try (LedgerStore store = open();
        Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(fill(ROWS));
      assertTrue(store.alerts().hasPending());
      long began = System.nanoTime();
      AlertDigest digest = store.alerts().seal();
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      long asked = System.nanoTime();
      assertFalse(store.alerts().hasPending());
      Duration answered = Duration.ofNanos(System.nanoTime() - asked);
      assertEquals(GROUPS, digest.lines().size());
      for (AlertDigest.Line line : digest.lines()) {
        assertEquals(ROWS / GROUPS, line.count());
        assertEquals(AlertDigest.MAX_SAMPLES, line.samples().size());
      }
      assertEquals(List.of(digest), store.alerts().unsent(10));
      assertEquals(0, store.alerts().pending());
      if (System.getProperty("ingest.alerts.rows") != null) {
        System.out.println(
            store.name()
                + ": "
                + ROWS
                + " alerts sealed in "
                + took
                + ", then asked in "
                + answered);
      }
    }
  }

  @Test
  void moreThanADigestTakes_isLeftForTheNext() throws SQLException {
    int rows = 5_000;
    try (LedgerStore store = open();
        Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(fill(rows));
      assertEquals(2_000, sealAtMost(2_000));
      assertEquals(2_000, sealAtMost(2_000));
      assertEquals(1_000, sealAtMost(2_000));
      assertEquals(0, sealAtMost(2_000));
      assertEquals(4, store.alerts().unsent(10).size());
      assertEquals(0, store.alerts().pending());
    }
  }

  /** Seals a digest of at most so many rows, and returns how many it has. */
  abstract long sealAtMost(int most) throws SQLException;

  static long countOf(AlertDigest digest) {
    return digest.lines().stream().mapToLong(AlertDigest.Line::count).sum();
  }
}
