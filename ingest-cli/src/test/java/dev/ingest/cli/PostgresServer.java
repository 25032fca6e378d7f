package dev.ingest.cli;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The PostgreSQL server of the tests: one per virtual machine, started at its first use, with
 * commits as durable as in production.
 */
final class PostgresServer {

  private static final AtomicInteger SCHEMAS = new AtomicInteger();

  private PostgresServer() {}

  private static final class Started {

    static final String URL = url();

    private static String url() {
      try {
        // Ends with the virtual machine, by a shutdown hook of its own.
        @SuppressWarnings("resource")
        EmbeddedPostgres server =
            EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setPGStartupWait(Duration.ofSeconds(60))
                .start();
        return server.getJdbcUrl("postgres", "postgres");
      } catch (IOException e) {
        throw new UncheckedIOException("the PostgreSQL of the tests did not start", e);
      }
    }
  }

  /** Makes an empty schema and the URL by which unqualified names are found in it alone. */
  static String urlOfEmptySchema() throws SQLException {
    String schema = "c" + SCHEMAS.incrementAndGet();
    try (Connection connection = DriverManager.getConnection(Started.URL);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA " + schema);
    }
    return Started.URL + (Started.URL.indexOf('?') < 0 ? "?" : "&") + "currentSchema=" + schema;
  }
}
