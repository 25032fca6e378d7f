package dev.ingest.store.s3;

class S3ProxyContentTest extends S3ContentCases {

  @Override
  Server server() {
    return S3ProxyServer.get();
  }
}
