package dev.ingest.store.jdbc.content;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.store.jdbc.PostgresServer;
import dev.ingest.testkit.ManualTime;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import javax.sql.DataSource;

/** A database of one test, opened as content and by hand. */
interface Backend extends AutoCloseable {

  JdbcContent open(JdbcContentOptions options, LongSupplier nanos);

  /** A connection beside the content's. */
  Connection connect() throws SQLException;

  /** Lets everything that is staged look so much older. */
  default void age(Duration by) throws SQLException {
    run("UPDATE content_loose SET touched_at = touched_at - " + by.toMillis());
  }

  /** Makes each deletion of a chunk with this ordinal or a greater one fail. */
  void breakDeletionsFrom(int ordinal) throws SQLException;

  void mendDeletions() throws SQLException;

  default JdbcContent open() {
    return open(JdbcContentOptions.DEFAULT, System::nanoTime);
  }

  /** Opens with chunks so small that little is a lot. */
  default JdbcContent openWithChunksOf(int bytes) throws SQLException {
    open().close();
    run("UPDATE content_meta SET value = '" + bytes + "' WHERE name = 'chunk_bytes'");
    return open();
  }

  default void run(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  default long number(String query) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  void close();

  /** PostgreSQL in an empty schema. */
  final class Postgres implements Backend {

    private final HikariDataSource source;

    Postgres() throws SQLException {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(PostgresServer.urlOfEmptySchema());
      config.setMinimumIdle(1);
      config.setMaximumPoolSize(4);
      source = new HikariDataSource(config);
    }

    DataSource source() {
      return source;
    }

    @Override
    public void close() {
      source.close();
    }

    @Override
    public JdbcContent open(JdbcContentOptions options, LongSupplier nanos) {
      return JdbcContent.open(PostgresDatabase.open(source, options, () -> {}), options, nanos);
    }

    @Override
    public Connection connect() throws SQLException {
      return source.getConnection();
    }

    @Override
    public void breakDeletionsFrom(int ordinal) throws SQLException {
      run(
          "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
              + " AS 'BEGIN RAISE ''broken''; END'",
          "CREATE TRIGGER broken BEFORE DELETE ON content_chunks FOR EACH ROW"
              + " WHEN (OLD.ordinal >= "
              + ordinal
              + ") EXECUTE FUNCTION refuse()");
    }

    @Override
    public void mendDeletions() throws SQLException {
      run("DROP TRIGGER broken ON content_chunks");
    }
  }

  /** SQLite in a file of a directory. */
  final class Sqlite implements Backend {

    final Path file;

    Sqlite(Path directory) {
      file = directory.resolve("content.db");
    }

    @Override
    public void close() {}

    @Override
    public JdbcContent open(JdbcContentOptions options, LongSupplier nanos) {
      ManualTime time = new ManualTime(Instant.parse("2026-03-01T10:00:00Z"));
      return JdbcContent.open(SqliteDatabase.open(file, time, options), options, nanos);
    }

    @Override
    public Connection connect() throws SQLException {
      return DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    @Override
    public void breakDeletionsFrom(int ordinal) throws SQLException {
      run(
          "CREATE TRIGGER broken BEFORE DELETE ON content_chunks WHEN OLD.ordinal >= "
              + ordinal
              + " BEGIN SELECT RAISE(ABORT, 'broken'); END");
    }

    @Override
    public void mendDeletions() throws SQLException {
      run("DROP TRIGGER broken");
    }
  }
}
