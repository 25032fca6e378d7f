package dev.ingest.benchmarks.content;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.transfer.s3.S3TransferManager;
import software.amazon.awssdk.transfer.s3.model.DownloadFileRequest;
import software.amazon.awssdk.transfer.s3.model.UploadFileRequest;

/**
 * The SDK's transfer manager over its client in Java, with its defaults: parts of 8 MiB on the way
 * up, checksums of its own choice or SHA-256, 50 connections. All transfers of a measurement are
 * begun at once, and their number at a time is its own to bound. On the way down it asks for
 * objects as a whole, as we do, since the server does not give out single parts.
 */
final class TransferMover implements Mover {

  private final String name;
  private final Optional<ChecksumAlgorithm> checksum;
  private final String bucket;
  private final S3AsyncClient up;
  private final S3AsyncClient down;
  private final S3TransferManager uploads;
  private final S3TransferManager downloads;

  private TransferMover(Place place, String name, Optional<ChecksumAlgorithm> checksum) {
    this.name = name;
    this.checksum = checksum;
    bucket = place.bucket();
    up = client(place, true);
    down = client(place, false);
    uploads = S3TransferManager.builder().s3Client(up).build();
    downloads = S3TransferManager.builder().s3Client(down).build();
  }

  static TransferMover withDefaults(Place place) {
    return new TransferMover(place, "SDK transfer manager over Netty, defaults", Optional.empty());
  }

  /** Does what a service must do itself that is to know a SHA-256 of what it stored. */
  static TransferMover withSha256(Place place) {
    return new TransferMover(
        place,
        "SDK transfer manager over Netty, its checksums SHA-256",
        Optional.of(ChecksumAlgorithm.SHA256));
  }

  private static S3AsyncClient client(Place place, boolean multipart) {
    return S3AsyncClient.builder()
        .multipartEnabled(multipart)
        .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxPendingConnectionAcquires(20_000))
        .region(Place.REGION)
        .endpointOverride(place.endpoint())
        .forcePathStyle(true)
        .build();
  }

  @Override
  public String name() {
    return name;
  }

  private static String key(String place, Path file) {
    return "transfers/" + place + "/" + Load.nameOf(file);
  }

  @Override
  public void upload(Load load, String place) {
    await(
        load.files().stream()
            .map(
                file ->
                    uploads
                        .uploadFile(
                            UploadFileRequest.builder()
                                .source(file)
                                .putObjectRequest(put(key(place, file)))
                                .build())
                        .completionFuture())
            .toList());
  }

  private PutObjectRequest put(String key) {
    PutObjectRequest.Builder put = PutObjectRequest.builder().bucket(bucket).key(key);
    checksum.ifPresent(put::checksumAlgorithm);
    return put.build();
  }

  @Override
  public void download(Load load, String place, Path folder) {
    await(
        load.files().stream()
            .map(
                file ->
                    downloads
                        .downloadFile(
                            DownloadFileRequest.builder()
                                .destination(folder.resolve(Load.nameOf(file)))
                                .getObjectRequest(get -> get.bucket(bucket).key(key(place, file)))
                                .build())
                        .completionFuture())
            .toList());
  }

  private static void await(List<? extends CompletableFuture<?>> running) {
    running.forEach(CompletableFuture::join);
  }

  @Override
  public void close() {
    uploads.close();
    downloads.close();
    up.close();
    down.close();
  }
}
