package dev.ingest.store.s3;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("programme")
class S3MockContentTest extends S3ContentCases {

  @BeforeAll
  static void comeByTheDay() {
    S3MockServer.assumeTurnOf(0);
  }

  @Override
  Server server() {
    return S3MockServer.get();
  }
}
