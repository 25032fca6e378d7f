package dev.ingest.store.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.ledger.LedgerConfigurationException;
import dev.ingest.store.jdbc.url.DatabaseUri;
import dev.ingest.store.jdbc.url.ServerPool;
import java.net.URI;

/** A ledger with a pool of its own, for those who have only a URI. */
final class PooledPostgres {

  private PooledPostgres() {}

  /** Opens a ledger, whose closing closes the pool too. */
  static JdbcLedger open(URI uri, JdbcLedgerOptions options) {
    ServerPool.refusal(uri)
        .ifPresent(
            refusal -> {
              throw new LedgerConfigurationException(
                  DatabaseUri.shown(uri) + " could not be opened: " + refusal.told(),
                  refusal.first());
            });
    HikariDataSource pool = ServerPool.of(uri, "ingest-ledger");
    try {
      return PostgresOpening.open(pool, options, pool::close);
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }
}
