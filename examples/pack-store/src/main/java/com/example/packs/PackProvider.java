package com.example.packs;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentConfigurationException;
import dev.ingest.spi.content.ContentProvider;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;

/** Opens {@code pack:} URIs with an absolute path, for example {@code pack:/var/lib/packs}. */
public final class PackProvider implements ContentProvider {

  /** Creates the provider, as {@link java.util.ServiceLoader} does. */
  public PackProvider() {}

  @Override
  public boolean accepts(URI uri) {
    return "pack".equalsIgnoreCase(uri.getScheme());
  }

  @Override
  public void check(URI uri) {
    directory(uri);
  }

  @Override
  public ContentAccess open(URI uri, InstantSource clock) {
    return PackStore.open(directory(uri));
  }

  private static Path directory(URI uri) {
    String path = uri.getPath();
    if (path == null || uri.getHost() != null || uri.getQuery() != null || !path.startsWith("/")) {
      throw new ContentConfigurationException(uri + ": expected pack: and an absolute path");
    }
    return Path.of(path);
  }
}
