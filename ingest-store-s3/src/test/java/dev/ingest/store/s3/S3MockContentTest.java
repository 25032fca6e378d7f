package dev.ingest.store.s3;

import org.junit.jupiter.api.Tag;

@Tag("programme")
class S3MockContentTest extends S3ContentCases {

  @Override
  Server server() {
    return S3MockServer.get();
  }
}
