package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerProvider;
import dev.ingest.spi.ledger.LedgerStore;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;

/**
 * Opens {@code jdbc:sqlite:/path/to/ledger.db}. The path is absolute and has no options: the ledger
 * sets those that keep commits durable, and takes no others.
 */
public final class JdbcLedgerProvider implements LedgerProvider {

  private static final String SQLITE = "sqlite:";

  /** Creates the provider; for {@link java.util.ServiceLoader}. */
  public JdbcLedgerProvider() {}

  @Override
  public boolean accepts(URI uri) {
    return "jdbc".equalsIgnoreCase(uri.getScheme())
        && uri.getSchemeSpecificPart().toLowerCase(Locale.ROOT).startsWith(SQLITE);
  }

  @Override
  public LedgerStore open(URI uri, InstantSource clock) {
    if (!accepts(uri)) {
      throw refused(uri, "it is not a URI of this adapter");
    }
    if (uri.getRawSchemeSpecificPart().indexOf('?') >= 0 || uri.getRawFragment() != null) {
      throw refused(uri, "it has options, and this adapter sets all that it needs");
    }
    return JdbcLedger.sqlite(file(uri), clock);
  }

  private static Path file(URI uri) {
    try {
      Path file = Path.of(uri.getSchemeSpecificPart().substring(SQLITE.length()));
      if (file.isAbsolute() && file.getFileName() != null) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw new LedgerException("cannot open " + uri + ": it names no file: " + e.getReason(), e);
    }
    throw refused(uri, "its path is not the absolute path of a file");
  }

  private static LedgerException refused(URI uri, String found) {
    return new LedgerException(
        "cannot open " + uri + ": " + found + "; write jdbc:sqlite:/path/to/ledger.db");
  }
}
