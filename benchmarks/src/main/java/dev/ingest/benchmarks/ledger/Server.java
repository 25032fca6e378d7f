package dev.ingest.benchmarks.ledger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** The one PostgreSQL on which all candidates run, each in a schema of its own. */
final class Server implements AutoCloseable {

  /** What a candidate's connections call themselves. */
  static final String APPLICATION = "ledger-comparison";

  private static final long PATIENCE_NANOS = Duration.ofMinutes(10).toNanos();

  private final @Nullable EmbeddedPostgres own;
  private final PGSimpleDataSource admin = new PGSimpleDataSource();
  private final String url;

  private Server(@Nullable EmbeddedPostgres own, String url) {
    this.own = own;
    this.url = url;
    admin.setUrl(url);
  }

  /** Starts a server as durable as in production, or takes the one that was named. */
  static Server start(Options options) throws IOException {
    if (options.url().isPresent()) {
      return new Server(null, options.url().get());
    }
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("shared_buffers", "1GB")
            .setServerConfig("max_wal_size", "4GB")
            .setServerConfig("checkpoint_timeout", "15min")
            .setServerConfig("max_connections", "100")
            .setPGStartupWait(Duration.ofSeconds(60));
    if (options.profile()) {
      builder.setServerConfig("shared_preload_libraries", "pg_stat_statements");
    }
    EmbeddedPostgres own = builder.start();
    return new Server(own, own.getJdbcUrl("postgres", "postgres"));
  }

  String url() {
    return url;
  }

  PGSimpleDataSource admin() {
    return admin;
  }

  /** Makes an empty schema. */
  Place place(String schema) throws SQLException {
    run("DROP SCHEMA IF EXISTS " + schema + " CASCADE", "CREATE SCHEMA " + schema);
    return new Place(this, schema);
  }

  /** Runs statements, each for itself. */
  void run(String... statements) throws SQLException {
    try (Connection connection = admin.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Returns the first column of all rows. */
  List<String> column(String sql) throws SQLException {
    try (Connection connection = admin.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(Optional.ofNullable(rows.getString(1)).orElse(""));
      }
      return values;
    }
  }

  long number(String sql) throws SQLException {
    return Long.parseLong(column(sql).get(0));
  }

  String setting(String name) throws SQLException {
    return column("SHOW " + name).get(0);
  }

  /** Counts commits, once all candidates' connections have ended and told of theirs. */
  long commits() throws SQLException {
    await(
        "the end of all connections",
        () -> {
          try {
            return number(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = '"
                        + APPLICATION
                        + "'")
                == 0;
          } catch (SQLException e) {
            throw new IllegalStateException("the server did not answer", e);
          }
        });
    return number("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()");
  }

  /** Adds to a measurement what it took of the processors, where the machine tells. */
  Measured measured(Callable<Measured> run) throws Exception {
    Optional<CpuTime> before = CpuTime.now(this);
    Measured measured = run.call();
    Optional<CpuTime> after = CpuTime.now(this);
    if (before.isEmpty() || after.isEmpty()) {
      return measured;
    }
    return measured.with(after.get().since(before.get(), measured.items()));
  }

  /** Waits until something is so, looking every few milliseconds. */
  static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new IllegalStateException("waited ten minutes in vain for " + what);
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  @Override
  public void close() throws IOException {
    if (own != null) {
      own.close();
    }
  }
}
