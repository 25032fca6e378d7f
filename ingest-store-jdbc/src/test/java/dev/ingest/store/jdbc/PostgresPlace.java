package dev.ingest.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import java.sql.SQLException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** A schema of its own for one test, in which a ledger can be opened again and again. */
final class PostgresPlace {

  static final JdbcLedgerOptions OPTIONS = JdbcLedgerOptions.DEFAULT.withSchema(SchemaRule.APPLY);

  private @Nullable HikariDataSource pool;

  /** Opens the ledger with a clock of its own, in the same schema each time. */
  LedgerStore open(InstantSource clock) throws SQLException {
    return JdbcLedger.postgres(source(), OPTIONS.withClock(clock));
  }

  /** Returns the pool of connections to the schema. */
  HikariDataSource source() throws SQLException {
    HikariDataSource made = pool;
    if (made == null) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(PostgresServer.urlOfEmptySchema());
      config.setMaximumPoolSize(8);
      config.setMinimumIdle(0);
      config.setIdleTimeout(10_000);
      made = new HikariDataSource(config);
      pool = made;
    }
    return made;
  }
}
