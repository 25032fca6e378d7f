package dev.ingest.store.jdbc.content;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentConfigurationException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentProvider;
import dev.ingest.store.jdbc.ServerRisk;
import dev.ingest.store.jdbc.content.JdbcContentOptions.SchemaRule;
import dev.ingest.store.jdbc.url.DatabaseUri;
import dev.ingest.store.jdbc.url.ServerPool;
import java.net.URI;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * Opens {@code jdbc:sqlite:/path/to/content.db}, with an absolute path and no options, and {@code
 * jdbc:postgresql://host/database?user=...}, with the options of the driver, which with HikariCP
 * must be there. The schema is applied unless {@code ingestSchema=verify} is among the options,
 * risks of the server are accepted by {@code ingestAccept=RISK,RISK} ({@link ServerRisk}), and the
 * content has a pool of eight connections, which it closes. Services that have a pool open {@link
 * JdbcContent#postgres} themselves.
 */
public final class JdbcContentProvider implements ContentProvider {

  /** Creates the provider, as {@link java.util.ServiceLoader} does. */
  public JdbcContentProvider() {}

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
  public ContentAccess open(URI uri, InstantSource clock) {
    return worded(
        uri,
        () ->
            DatabaseUri.isServer(uri)
                ? PooledContent.open(uri, options(uri)).access()
                : JdbcContent.sqlite(DatabaseUri.file(uri), clock).access());
  }

  private static <T> T worded(URI uri, Supplier<T> opening) {
    try {
      return opening.get();
    } catch (IllegalArgumentException e) {
      throw new ContentConfigurationException(
          "cannot open "
              + DatabaseUri.shown(uri)
              + ": "
              + e.getMessage()
              + "; write jdbc:sqlite:/path/to/content.db, or jdbc:postgresql://host/database",
          e);
    } catch (NoClassDefFoundError e) {
      throw new ContentException(
          "cannot open PostgreSQL content by URL: "
              + e.getMessage()
              + " is missing; add HikariCP and the PostgreSQL driver, or open JdbcContent.postgres"
              + " with a DataSource",
          e);
    }
  }

  private static JdbcContentOptions options(URI uri) {
    SchemaRule rule =
        switch (DatabaseUri.rule(uri)) {
          case APPLY -> SchemaRule.CREATE_IF_ABSENT;
          case VERIFY -> SchemaRule.VERIFY;
        };
    return JdbcContentOptions.DEFAULT
        .withSchema(rule)
        .withAccepted(DatabaseUri.accepted(uri, ServerRisk.class));
  }
}
