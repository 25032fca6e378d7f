package dev.ingest.store.s3;

class S3MockContentTest extends S3ContentCases {

  @Override
  Server server() {
    return S3MockServer.get();
  }
}
