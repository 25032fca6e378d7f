package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentProvider;
import java.net.URI;
import java.time.InstantSource;

/**
 * Opens {@code s3://bucket/prefix}, with these options behind a question mark, each of which may be
 * left out:
 *
 * <ul>
 *   <li>{@code region}: otherwise the SDK's chain finds it
 *   <li>{@code endpoint}: another server than AWS's, {@code http} or {@code https}
 *   <li>{@code pathStyle=true}: the bucket is named in the path and not in the host
 *   <li>{@code accept}: names of {@link S3Risk}, joined by commas
 * </ul>
 *
 * <p>Credentials come from the SDK's chain: the environment, its files, or the machine's role.
 */
public final class S3ContentProvider implements ContentProvider {

  /** Creates the provider, as {@link java.util.ServiceLoader} does. */
  public S3ContentProvider() {}

  @Override
  public boolean accepts(URI uri) {
    return S3Uri.SCHEME.equalsIgnoreCase(uri.getScheme());
  }

  @Override
  public void check(URI uri) {
    S3Uri.parse(uri);
  }

  @Override
  public ContentAccess open(URI uri, InstantSource clock) {
    return S3Content.open(uri, clock).access();
  }
}
