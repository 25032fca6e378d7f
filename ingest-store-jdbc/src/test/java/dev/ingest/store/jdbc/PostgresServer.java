package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The PostgreSQL server of the tests: one per virtual machine, started at its first use, with
 * commits as durable as in production. {@code -Dingest.test.postgres=jdbc:postgresql://host/db?...}
 * names another server instead, whose user may create schemas.
 */
public final class PostgresServer {

  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOM = 4L << 30;

  private static final AtomicInteger SCHEMAS = new AtomicInteger();

  private PostgresServer() {}

  private static final class Started {

    static final String URL = url();

    private static String url() {
      String given = System.getProperty("ingest.test.postgres", "");
      if (!given.isEmpty()) {
        return given;
      }
      try {
        // Ends with the virtual machine, by a shutdown hook of its own.
        @SuppressWarnings("resource")
        EmbeddedPostgres server =
            EmbeddedPostgres.builder()
                .setDataDirectory(dataDirectory())
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("max_connections", "200")
                .setPGStartupWait(Duration.ofSeconds(60))
                .start();
        return server.getJdbcUrl("postgres", "postgres");
      } catch (IOException e) {
        throw new UncheckedIOException("the PostgreSQL of the tests did not start", e);
      }
    }

    /**
     * In memory where there is much of it: these tests kill processes, which the page cache and a
     * file system in memory survive alike, and power losses are tested elsewhere.
     */
    private static Path dataDirectory() throws IOException {
      boolean roomy = MEMORY.toFile().isDirectory() && MEMORY.toFile().getUsableSpace() >= ROOM;
      return roomy
          ? Files.createTempDirectory(MEMORY, "ingest-postgres-")
          : Files.createTempDirectory("ingest-postgres-");
    }
  }

  /** Returns the server's URL, which names a user. */
  public static String url() {
    return Started.URL;
  }

  /** Makes a source of unpooled connections to the server, without a schema of its own. */
  public static DataSource source() {
    return source(url());
  }

  private static DataSource source(String url) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    return source;
  }

  /**
   * A user of the embedded server, whom that asks for a password, which it asks nobody else. Its
   * closing removes the user and the rule.
   *
   * @param url its URL, but for the password
   * @param user its name
   * @param rules what stands in pg_hba.conf for it
   */
  public record UserWithPassword(String url, String user, String rules) implements AutoCloseable {

    @Override
    public void close() throws IOException, SQLException {
      try (Connection connection = source().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("DROP ROLE IF EXISTS " + user);
        Path file = fileOfRules(statement);
        Files.writeString(file, Files.readString(file).replace(rules, ""));
        statement.execute("SELECT pg_reload_conf()");
      }
    }
  }

  /**
   * Makes a user whom the server asks for a password, which elsewhere it does not. Skips the test
   * if the server is not the embedded one: nobody lets users into a server of others.
   *
   * @param user its name
   * @return the user, to be removed after the test
   */
  public static UserWithPassword userWithPassword(String user, String password)
      throws IOException, SQLException {
    assumeTrue(
        System.getProperty("ingest.test.postgres", "").isEmpty(),
        "only the embedded server is given users with passwords");
    String rules =
        "host all %1$s 127.0.0.1/32 scram-sha-256\nhost all %1$s ::1/128 scram-sha-256\n"
            .formatted(user);
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(user, password));
      Path file = fileOfRules(statement);
      Files.writeString(file, rules + Files.readString(file));
      statement.execute("SELECT pg_reload_conf()");
    }
    return new UserWithPassword(url().replaceFirst("\\?.*", "?user=" + user), user, rules);
  }

  private static Path fileOfRules(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("SHOW hba_file")) {
      row.next();
      return Path.of(row.getString(1));
    }
  }

  /** Makes an empty schema and the URL by which unqualified names are found in it alone. */
  public static String urlOfEmptySchema() throws SQLException {
    String schema = "t" + ProcessHandle.current().pid() + "_" + SCHEMAS.incrementAndGet();
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
      statement.execute("CREATE SCHEMA " + schema);
    }
    return url() + (url().indexOf('?') < 0 ? "?" : "&") + "currentSchema=" + schema;
  }

  /**
   * Drops a schema that {@link #urlOfEmptySchema()} made, with all that is in it.
   *
   * @param url the schema's URL
   */
  public static void dropSchema(String url) throws SQLException {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      // Nobody uses it any more but, for a moment, those whose process was killed.
      statement.execute("SET lock_timeout TO '60s'");
      statement.execute("DROP SCHEMA " + source.getCurrentSchema() + " CASCADE");
    }
  }

  /** Makes an empty schema and a source of unpooled connections to it. */
  public static DataSource ofEmptySchema() throws SQLException {
    return source(urlOfEmptySchema());
  }
}
