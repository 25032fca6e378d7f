package dev.ingest.benchmarks.content;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.store.s3.S3Content;
import java.io.IOException;
import java.time.InstantSource;

/** Content on a server of S3 in a process of its own, which keeps everything in memory. */
public final class ServedContent implements AutoCloseable {

  private static final int HEAP_MEGABYTES = 512;

  private final ServerProcess server;
  private int buckets;

  /**
   * Starts the server.
   *
   * @throws IOException if it does not start
   */
  public ServedContent() throws IOException {
    server = ServerProcess.start(HEAP_MEGABYTES);
  }

  /**
   * Opens the content of a new bucket.
   *
   * @return the content
   */
  public ContentAccess open() {
    buckets++;
    Place place = new Place(server.endpoint(), "served-" + buckets, S3Options.DEFAULT.accepted());
    place.create();
    return S3Content.open(place.uri(), InstantSource.system()).access();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
