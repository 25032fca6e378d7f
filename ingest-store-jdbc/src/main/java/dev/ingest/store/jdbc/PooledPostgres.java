package dev.ingest.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;

/** A ledger with a pool of its own, for those who have only a URL. */
final class PooledPostgres {

  private static final int CONNECTIONS = 8;
  private static final long WAIT_MILLIS = 10_000;

  private PooledPostgres() {}

  /** Opens a ledger, whose closing closes the pool too. */
  static JdbcLedger open(String url, SchemaRule schema) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setPoolName("ingest-ledger");
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(WAIT_MILLIS);
    config.setInitializationFailTimeout(-1);
    HikariDataSource pool = new HikariDataSource(config);
    try {
      return PostgresOpening.open(pool, JdbcLedgerOptions.DEFAULT.withSchema(schema), pool::close);
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }
}
