package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentException;
import java.time.Duration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * The client of a place that was opened by its URI. Credentials come from the SDK's chain alone.
 *
 * <p>The SDK computes no checksum by itself, since every request here brings its own: so there are
 * no trailers and no chunked encoding, which several servers ignore or do not understand. The SDK's
 * standard retries make three attempts.
 */
final class OwnClient {

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration CONNECTION = Duration.ofSeconds(30);

  /** Of callers beside the transfers in the background. */
  private static final int CALLERS = 56;

  private OwnClient() {}

  static S3Client of(S3Uri uri) {
    try {
      S3ClientBuilder builder =
          S3Client.builder()
              .httpClientBuilder(
                  Apache5HttpClient.builder()
                      .connectionTimeout(CONNECT)
                      .socketTimeout(uri.options().transfer().attemptTime())
                      .connectionAcquisitionTimeout(CONNECTION)
                      .maxConnections(uri.options().transfer().concurrency() + CALLERS))
              .overrideConfiguration(config -> config.retryStrategy(RetryMode.STANDARD))
              .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
              .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
              .serviceConfiguration(
                  config ->
                      config
                          .pathStyleAccessEnabled(uri.pathStyle())
                          .chunkedEncodingEnabled(false)
                          .expectContinueEnabled(false));
      uri.region().ifPresent(region -> builder.region(Region.of(region)));
      uri.endpoint().ifPresent(builder::endpointOverride);
      return builder.build();
    } catch (SdkException e) {
      throw new ContentException(
          uri.options().place().name()
              + ": cannot make a client: "
              + e.getMessage()
              + "; name the region in the URI or in AWS_REGION",
          e);
    }
  }
}
