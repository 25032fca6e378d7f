package dev.ingest.store.s3;

import java.net.URI;
import java.util.Set;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/**
 * S3Proxy in this process, with its store in memory. It checks signatures, puts create-only
 * atomically and keeps versions; it knows no lifecycle rules and no object locks. Its store is a
 * file system, in which no key may lie below another, so that {@link FlatKeys} lie in between.
 */
final class S3ProxyServer implements Server {

  private static final S3ProxyServer INSTANCE = new S3ProxyServer();

  private final S3Proxy server;

  private S3ProxyServer() {
    server =
        S3Proxy.builder()
            .blobStore(new FlatKeys(new TransientNio2BlobStore()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
            .ignoreUnknownHeaders(true)
            .jettyMaxThreads(64)
            .build();
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException("S3Proxy did not start", e);
    }
  }

  static S3ProxyServer get() {
    return INSTANCE;
  }

  @Override
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  @Override
  public Set<S3Risk> lacks() {
    return Set.of(S3Risk.LIFECYCLE_UNKNOWN, S3Risk.OBJECT_LOCK_UNKNOWN);
  }
}
