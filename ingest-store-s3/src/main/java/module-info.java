/**
 * Content on S3 and on servers that speak its protocol.
 *
 * @provides dev.ingest.spi.content.ContentProvider for {@code s3:} URIs
 */
// The parts of the SDK name their modules, but are none; and the name of S3 ends in a digit.
@SuppressWarnings({"module", "requires-automatic", "requires-transitive-automatic"})
module dev.ingest.store.s3 {
  requires static org.jspecify;
  requires transitive dev.ingest.spi;
  requires transitive software.amazon.awssdk.services.s3;
  requires software.amazon.awssdk.auth;
  requires software.amazon.awssdk.awscore;
  requires software.amazon.awssdk.core;
  requires software.amazon.awssdk.http;
  requires static software.amazon.awssdk.http.apache5;
  requires software.amazon.awssdk.regions;
  requires software.amazon.awssdk.retries.api;
  requires software.amazon.awssdk.utils;

  exports dev.ingest.store.s3;

  provides dev.ingest.spi.content.ContentProvider with
      dev.ingest.store.s3.S3ContentProvider;
}
