package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerConfigurationException;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerProvider;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import dev.ingest.store.jdbc.url.DatabaseUri;
import dev.ingest.store.jdbc.url.ServerPool;
import java.net.URI;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * Opens {@code jdbc:sqlite:/path/to/ledger.db} and {@code jdbc:postgresql://host/database}.
 *
 * <p>The path of a file is absolute and has no options: the ledger sets those that keep commits
 * durable, and takes no others. A server's URL may have those of its driver, which with HikariCP
 * must be there; the schema is applied unless {@code ingestSchema=verify} is among them, risks of
 * the server are accepted by {@code ingestAccept=RISK,RISK} ({@link ServerRisk}), and the ledger
 * has a pool of eight connections, which it closes. Services that have a pool open {@link
 * JdbcLedger#postgres} themselves. Messages leave out what may be a password.
 */
public final class JdbcLedgerProvider implements LedgerProvider {

  /** Creates the provider; for {@link java.util.ServiceLoader}. */
  public JdbcLedgerProvider() {}

  @Override
  public boolean accepts(URI uri) {
    return DatabaseUri.isFile(uri) || DatabaseUri.isServer(uri);
  }

  @Override
  public void check(URI uri) {
    worded(
        uri,
        () -> {
          if (DatabaseUri.isServer(uri)) {
            options(uri);
            return ServerPool.source(uri);
          }
          return DatabaseUri.file(uri);
        });
  }

  @Override
  public LedgerStore open(URI uri, InstantSource clock) {
    return worded(
        uri,
        () ->
            DatabaseUri.isServer(uri)
                ? PooledPostgres.open(uri, options(uri))
                : JdbcLedger.sqlite(DatabaseUri.file(uri), clock));
  }

  private static <T> T worded(URI uri, Supplier<T> opening) {
    try {
      return opening.get();
    } catch (IllegalArgumentException e) {
      throw new LedgerConfigurationException(
          "cannot open "
              + DatabaseUri.shown(uri)
              + ": "
              + e.getMessage()
              + "; write jdbc:sqlite:/path/to/ledger.db, or jdbc:postgresql://host/database",
          e);
    } catch (NoClassDefFoundError e) {
      throw new LedgerException(
          "cannot open a PostgreSQL ledger by URL: "
              + e.getMessage()
              + " is missing; add HikariCP and the PostgreSQL driver, or open JdbcLedger.postgres"
              + " with a DataSource",
          e);
    }
  }

  private static JdbcLedgerOptions options(URI uri) {
    SchemaRule rule =
        switch (DatabaseUri.rule(uri)) {
          case APPLY -> SchemaRule.APPLY;
          case VERIFY -> SchemaRule.VERIFY;
        };
    return JdbcLedgerOptions.DEFAULT
        .withSchema(rule)
        .withAccepted(DatabaseUri.accepted(uri, ServerRisk.class));
  }
}
