package dev.ingest.store.jdbc.content;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentProvider;
import dev.ingest.store.jdbc.content.JdbcContentOptions.SchemaRule;
import dev.ingest.store.jdbc.url.DatabaseUri;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Opens {@code jdbc:sqlite:/path/to/content.db}, with an absolute path and no options, and {@code
 * jdbc:postgresql://host/database?user=...}, with the options of the driver. The latter connects
 * anew for each transaction: services that write much hand a pool to {@link JdbcContent#postgres}.
 * The schema is applied unless {@code ingestSchema=verify} is among the options.
 */
public final class JdbcContentProvider implements ContentProvider {

  private static final String SQLITE = "sqlite:";
  private static final String POSTGRES = "postgresql:";

  /** Creates the provider, as {@link java.util.ServiceLoader} does. */
  public JdbcContentProvider() {}

  @Override
  public boolean accepts(URI uri) {
    return isOf(SQLITE, uri) || isOf(POSTGRES, uri);
  }

  private static boolean isOf(String kind, URI uri) {
    return "jdbc".equalsIgnoreCase(uri.getScheme())
        && uri.getSchemeSpecificPart().toLowerCase(Locale.ROOT).startsWith(kind);
  }

  @Override
  public ContentAccess open(URI uri, InstantSource clock) {
    if (isOf(POSTGRES, uri)) {
      JdbcContentOptions options = JdbcContentOptions.DEFAULT.withSchema(rule(uri));
      return JdbcContent.postgres(source(uri), options).access();
    }
    if (!isOf(SQLITE, uri)) {
      throw refused(uri, "it is not a URI of this adapter");
    }
    if (uri.getRawSchemeSpecificPart().indexOf('?') >= 0 || uri.getRawFragment() != null) {
      throw refused(uri, "it has options, and this adapter sets all that it needs");
    }
    return JdbcContent.sqlite(file(uri), clock).access();
  }

  private static SchemaRule rule(URI uri) {
    try {
      return switch (DatabaseUri.rule(uri)) {
        case APPLY -> SchemaRule.CREATE_IF_ABSENT;
        case VERIFY -> SchemaRule.VERIFY;
      };
    } catch (IllegalArgumentException e) {
      throw new ContentException(
          "cannot open " + DatabaseUri.shown(uri) + ": " + e.getMessage(), e);
    }
  }

  private static PGSimpleDataSource source(URI uri) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    try {
      source.setUrl(uri.toString());
    } catch (IllegalArgumentException e) {
      // Its message repeats the URI, which may hold a password, so it is not handed on.
      throw new ContentException(
          "cannot open "
              + DatabaseUri.shown(uri)
              + ": the driver does not understand it; write "
              + "jdbc:postgresql://host/database?user=name");
    }
    return source;
  }

  private static Path file(URI uri) {
    try {
      Path file = Path.of(uri.getSchemeSpecificPart().substring(SQLITE.length()));
      if (file.isAbsolute() && file.getFileName() != null) {
        return file;
      }
    } catch (InvalidPathException e) {
      throw new ContentException(
          "cannot open " + DatabaseUri.shown(uri) + ": it names no file: " + e.getReason(), e);
    }
    throw refused(uri, "its path is not the absolute path of a file");
  }

  private static ContentException refused(URI uri, String found) {
    return new ContentException(
        "cannot open "
            + DatabaseUri.shown(uri)
            + ": "
            + found
            + "; write jdbc:sqlite:/path/to/content.db");
  }
}
