package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dropping history on PostgreSQL, by whole partitions. */
final class PostgresHistoryTest extends HistoryRetentionCases {

  private static final String TABLES =
      "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
          + " AND relkind = 'r' AND relname LIKE 'ingest_history_%' ORDER BY relname";

  private final PostgresPlace place = new PostgresPlace();

  @Override
  JdbcLedger open() throws SQLException {
    return JdbcLedger.postgres(place.source(), PostgresPlace.OPTIONS.withClock(time));
  }

  private List<String> tables() throws SQLException {
    try (Connection connection = place.source().getConnection();
        Statements db = new Statements(connection, text -> text)) {
      return db.sql(TABLES).list(Row::text);
    }
  }

  @Test
  void partitions_areMadeAheadAndDroppedWhole() throws SQLException {
    try (JdbcLedger store = open()) {
      List<String> rest = List.of("ingest_history_checkpoints", "ingest_history_default");
      assertEquals(
          List.of(
              rest.get(0),
              rest.get(1),
              "ingest_history_p202601",
              "ingest_history_p202602",
              "ingest_history_p202603"),
          tables());
      time.set(Instant.parse("2026-03-05T00:00:00Z"));
      store.dropHistoryBefore(Instant.parse("2026-03-01T00:00:00Z"));
      assertEquals(List.of(rest.get(0), rest.get(1), "ingest_history_p202603"), tables());
    }
    open().close();
    assertEquals(5, tables().size());
  }
}
