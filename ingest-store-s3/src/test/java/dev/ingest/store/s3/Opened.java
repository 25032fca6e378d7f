package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentAccess;
import java.time.InstantSource;
import software.amazon.awssdk.services.s3.S3Client;

/** A place of one test, opened with the parts that S3 allows to be smallest. */
final class Opened implements AutoCloseable {

  static final S3Transfer SMALL =
      new S3Transfer(
          S3Transfer.MIN_PART,
          8,
          4 * S3Transfer.MIN_PART,
          S3Transfer.DEFAULT.attemptTime(),
          S3Transfer.DEFAULT.callTime(),
          S3ReadRate.DEFAULT);

  private final S3Client client;
  private final S3ContentOptions options;

  Opened(Server server) {
    client = server.client();
    options = server.newPlace().withTransfer(SMALL);
  }

  ContentAccess open(InstantSource clock) {
    return S3Content.open(client, options, clock).access();
  }

  @Override
  public void close() {
    client.close();
  }
}
