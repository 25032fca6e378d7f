package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerProvider;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.jdbc.JdbcLedgerOptions.SchemaRule;
import dev.ingest.store.jdbc.url.DatabaseUri;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;

/**
 * Opens {@code jdbc:sqlite:/path/to/ledger.db} and {@code jdbc:postgresql://host/database}.
 *
 * <p>The path of a file is absolute and has no options: the ledger sets those that keep commits
 * durable, and takes no others. A server's URL may have those of its driver, which with HikariCP
 * must be there; the schema is applied unless {@code ingestSchema=verify} is among them, and the
 * ledger has a pool of eight connections, which it closes. Services that have a pool open {@link
 * JdbcLedger#postgres} themselves. Messages leave out what may be a password.
 */
public final class JdbcLedgerProvider implements LedgerProvider {

  private static final String SQLITE = "sqlite:";
  private static final String POSTGRES = "postgresql:";

  /** Creates the provider; for {@link java.util.ServiceLoader}. */
  public JdbcLedgerProvider() {}

  @Override
  public boolean accepts(URI uri) {
    return isOf(uri, SQLITE) || isOf(uri, POSTGRES);
  }

  private static boolean isOf(URI uri, String system) {
    return "jdbc".equalsIgnoreCase(uri.getScheme())
        && uri.getSchemeSpecificPart().toLowerCase(Locale.ROOT).startsWith(system);
  }

  @Override
  public LedgerStore open(URI uri, InstantSource clock) {
    if (isOf(uri, POSTGRES)) {
      return openServer(uri);
    }
    if (!accepts(uri)) {
      throw refused(uri, "it is not a URI of this adapter");
    }
    if (uri.getRawSchemeSpecificPart().indexOf('?') >= 0 || uri.getRawFragment() != null) {
      throw refused(uri, "it has options, and this adapter sets all that it needs");
    }
    return JdbcLedger.sqlite(file(uri), clock);
  }

  private static LedgerStore openServer(URI uri) {
    try {
      return PooledPostgres.open(uri.toString(), rule(uri));
    } catch (NoClassDefFoundError e) {
      throw new LedgerException(
          "cannot open a PostgreSQL ledger by URL: "
              + e.getMessage()
              + " is missing; add HikariCP and the PostgreSQL driver, or open JdbcLedger.postgres"
              + " with a DataSource",
          e);
    }
  }

  private static SchemaRule rule(URI uri) {
    try {
      return switch (DatabaseUri.rule(uri)) {
        case APPLY -> SchemaRule.APPLY;
        case VERIFY -> SchemaRule.VERIFY;
      };
    } catch (IllegalArgumentException e) {
      throw new LedgerException("cannot open " + DatabaseUri.shown(uri) + ": " + e.getMessage(), e);
    }
  }

  private static Path file(URI uri) {
    try {
      Path file = Path.of(uri.getSchemeSpecificPart().substring(SQLITE.length()));
      if (file.isAbsolute() && file.getFileName() != null) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw new LedgerException(
          "cannot open " + DatabaseUri.shown(uri) + ": it names no file: " + e.getReason(), e);
    }
    throw refused(uri, "its path is not the absolute path of a file");
  }

  private static LedgerException refused(URI uri, String found) {
    return new LedgerException(
        "cannot open "
            + DatabaseUri.shown(uri)
            + ": "
            + found
            + "; write jdbc:sqlite:/path/to/ledger.db, or jdbc:postgresql://host/database");
  }
}
