package dev.ingest.store.s3;

import java.net.URI;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/** A real S3 server on the loopback address, one for all tests of this process. */
interface Server {

  String ACCESS_KEY = "local-identity";

  /** Planted: no message, log or text of an object may contain it. */
  String SECRET_KEY = "planted-secret-2718281828";

  URI endpoint();

  /** What this server lacks, so that an opening refuses it unless it is accepted. */
  Set<S3Risk> lacks();

  /** The options of a place of its own in a bucket of its own. */
  default S3ContentOptions newPlace() {
    String bucket = Buckets.next();
    try (S3Client client = client()) {
      client.createBucket(request -> request.bucket(bucket));
    }
    return S3ContentOptions.of(bucket, "deployment/a").withAccepted(lacks());
  }

  /** A client like the adapter's own. */
  default S3Client client(ExecutionInterceptor... interceptors) {
    return builder(interceptors).build();
  }

  default S3ClientBuilder builder(ExecutionInterceptor... interceptors) {
    return S3Client.builder()
        .endpointOverride(endpoint())
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
        .httpClientBuilder(Apache5HttpClient.builder())
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .overrideConfiguration(
            config -> {
              for (ExecutionInterceptor interceptor : interceptors) {
                config.addExecutionInterceptor(interceptor);
              }
            })
        .serviceConfiguration(
            S3Configuration.builder()
                .pathStyleAccessEnabled(true)
                .chunkedEncodingEnabled(false)
                .expectContinueEnabled(false)
                .build());
  }
}
