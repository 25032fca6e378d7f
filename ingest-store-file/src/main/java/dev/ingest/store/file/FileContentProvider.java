package dev.ingest.store.file;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentConfigurationException;
import dev.ingest.spi.content.ContentProvider;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;

/** Opens {@code file:} URIs with an absolute path, for example {@code file:/var/lib/ingest}. */
public final class FileContentProvider implements ContentProvider {

  /** Creates the provider, as {@link java.util.ServiceLoader} does. */
  public FileContentProvider() {}

  @Override
  public boolean accepts(URI uri) {
    return "file".equalsIgnoreCase(uri.getScheme());
  }

  @Override
  public void check(URI uri) {
    root(uri);
  }

  @Override
  public ContentAccess open(URI uri, InstantSource clock) {
    return new FileContent(root(uri), clock).access();
  }

  private static Path root(URI uri) {
    try {
      return Path.of(uri);
    } catch (IllegalArgumentException e) {
      throw new ContentConfigurationException(
          uri
              + ": expected file: and an absolute path without host, query or fragment, for"
              + " example file:/var/lib/ingest",
          e);
    }
  }
}
