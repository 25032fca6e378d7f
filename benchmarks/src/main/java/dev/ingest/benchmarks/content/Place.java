package dev.ingest.benchmarks.content;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket of its own on a server, for all who take part.
 *
 * @param endpoint the server
 * @param bucket the bucket
 * @param accepted the risks of the server that the adapter has to accept by their names
 */
record Place(URI endpoint, String bucket, String accepted) {

  static final Region REGION = Region.US_EAST_1;

  private S3Client client() {
    return S3Client.builder()
        .httpClientBuilder(Apache5HttpClient.builder())
        .region(REGION)
        .endpointOverride(endpoint)
        .forcePathStyle(true)
        .build();
  }

  void create() {
    try (S3Client client = client()) {
      client.createBucket(request -> request.bucket(bucket));
    }
  }

  /** Deletes all objects. */
  void clear() {
    try (S3Client client = client()) {
      List<S3Object> found = found(client);
      while (!found.isEmpty()) {
        List<ObjectIdentifier> keys =
            found.stream().map(one -> ObjectIdentifier.builder().key(one.key()).build()).toList();
        client.deleteObjects(
            request -> request.bucket(bucket).delete(delete -> delete.objects(keys).quiet(true)));
        found = found(client);
      }
    }
  }

  private List<S3Object> found(S3Client client) {
    return client.listObjectsV2(request -> request.bucket(bucket).maxKeys(1_000)).contents();
  }

  void delete() {
    clear();
    try (S3Client client = client()) {
      client.deleteBucket(request -> request.bucket(bucket));
    }
  }

  /** For the adapter. */
  URI uri() {
    return URI.create(
        "s3://"
            + bucket
            + "/deployment?region="
            + REGION
            + "&pathStyle=true&endpoint="
            + URLEncoder.encode(endpoint.toString(), StandardCharsets.UTF_8)
            + (accepted.isEmpty() ? "" : "&accept=" + accepted));
  }
}
