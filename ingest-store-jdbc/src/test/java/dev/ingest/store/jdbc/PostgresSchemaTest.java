package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The schema on PostgreSQL: made by steps, verified by name, refused if it is not whole. */
final class PostgresSchemaTest {

  private final PostgresPlace place = new PostgresPlace();
  private final PostgresDialect dialect = new PostgresDialect("test", "ingest_", Optional.empty());

  @Test
  void inventory_isThatOfTheSteps() throws SQLException {
    try (Connection connection = place.source().getConnection();
        Statements db = new Statements(connection, dialect::named)) {
      new Schema(dialect).apply(db, 0);
      assertEquals(lines(dialect.expectedSchema()), lines(dialect.presentSchema(db)));
    }
  }

  private static String lines(Set<String> names) {
    return String.join("\n", List.copyOf(new TreeSet<>(names)));
  }
}
