package dev.ingest.store.jdbc.content;

import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.spi.content.ContentConfigurationException;
import dev.ingest.store.jdbc.url.DatabaseUri;
import dev.ingest.store.jdbc.url.ServerPool;
import java.net.URI;

/** Content with a pool of its own, for those who have only a URI. */
final class PooledContent {

  private PooledContent() {}

  /** Opens content, whose closing closes the pool too. */
  static JdbcContent open(URI uri, JdbcContentOptions options) {
    ServerPool.refusal(uri)
        .ifPresent(
            refusal -> {
              throw new ContentConfigurationException(
                  DatabaseUri.shown(uri) + " could not be opened: " + refusal.told(),
                  refusal.first());
            });
    HikariDataSource pool = ServerPool.of(uri, "ingest-content");
    try {
      return JdbcContent.postgres(pool, options, pool::close);
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }
}
