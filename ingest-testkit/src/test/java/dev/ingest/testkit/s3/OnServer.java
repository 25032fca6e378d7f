package dev.ingest.testkit.s3;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** A server with a bucket for each test, and a client that speaks plain HTTP to it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class OnServer {

  final S3FaultServer server;
  final Wire wire;

  OnServer(S3ServerOptions options) throws IOException {
    server = S3FaultServer.start(options);
    server.createBucket("bucket");
    wire = new Wire(server);
  }

  @AfterEach
  void close() {
    server.close();
  }
}
