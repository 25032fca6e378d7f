package dev.ingest.store.s3;

import java.io.InputStream;
import java.util.List;
import java.util.regex.Pattern;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Keeps keys without directories in a store that is a file system: a slash becomes a dot, which no
 * key of these tests has, and which sorts between the same neighbours. And hides what that store
 * lists and S3 never would: the file of a put under way, named by the key and a UUID.
 */
final class FlatKeys extends ForwardingBlobStore {

  private static final Pattern UNDER_WAY =
      Pattern.compile(".+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  FlatKeys(BlobStore store) {
    super(store);
  }

  private static @Nullable String in(@Nullable String key) {
    return key == null ? null : key.replace('/', '.');
  }

  private static @Nullable String out(@Nullable String key) {
    return key == null ? null : key.replace('.', '/');
  }

  private static MultipartUpload in(MultipartUpload upload) {
    CreateMultipartUploadRequest request =
        upload.request().toBuilder().key(in(upload.request().key())).build();
    return new MultipartUpload(upload.id(), request, upload.response());
  }

  @Override
  public ListObjectsV2Response list(ListObjectsV2Request request) {
    ListObjectsV2Request inner =
        request.toBuilder()
            .prefix(in(request.prefix()))
            .startAfter(in(request.startAfter()))
            .continuationToken(in(request.continuationToken()))
            .build();
    while (true) {
      ListObjectsV2Response found = super.list(inner);
      List<S3Object> stored =
          found.contents().stream()
              .filter(one -> !UNDER_WAY.matcher(one.key()).matches())
              .map(one -> one.toBuilder().key(out(one.key())).build())
              .toList();
      if (!stored.isEmpty() || !Boolean.TRUE.equals(found.isTruncated())) {
        return found.toBuilder().contents(stored).build();
      }
      inner = inner.toBuilder().continuationToken(found.nextContinuationToken()).build();
    }
  }

  @Override
  public ListObjectVersionsResponse listVersions(ListObjectVersionsRequest request) {
    ListObjectVersionsResponse found =
        super.listVersions(
            request.toBuilder()
                .prefix(in(request.prefix()))
                .keyMarker(in(request.keyMarker()))
                .build());
    return found.toBuilder()
        .nextKeyMarker(out(found.nextKeyMarker()))
        .versions(
            found.versions().stream()
                .map(one -> one.toBuilder().key(out(one.key())).build())
                .toList())
        .deleteMarkers(
            found.deleteMarkers().stream()
                .map(one -> one.toBuilder().key(out(one.key())).build())
                .toList())
        .build();
  }

  @Override
  public boolean blobExists(String container, String key) {
    return super.blobExists(container, key.replace('/', '.'));
  }

  @Override
  public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
    return super.putBlob(request.toBuilder().key(in(request.key())).build(), body);
  }

  @Override
  public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
    return super.blobMetadata(request.toBuilder().key(in(request.key())).build());
  }

  @Override
  public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
    return super.getBlob(request.toBuilder().key(in(request.key())).build());
  }

  @Override
  public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
    return super.removeBlob(request.toBuilder().key(in(request.key())).build());
  }

  @Override
  public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
    MultipartUpload begun =
        super.initiateMultipartUpload(request.toBuilder().key(in(request.key())).build());
    return new MultipartUpload(begun.id(), request, begun.response());
  }

  @Override
  public void abortMultipartUpload(MultipartUpload upload) {
    super.abortMultipartUpload(in(upload));
  }

  @Override
  public CompleteMultipartUploadResponse completeMultipartUpload(
      MultipartUpload upload, CompleteMultipartUploadRequest request) {
    return super.completeMultipartUpload(
        in(upload), request.toBuilder().key(in(request.key())).build());
  }

  @Override
  public UploadPartResponse uploadMultipartPart(
      MultipartUpload upload, UploadPartRequest request, InputStream body) {
    return super.uploadMultipartPart(
        in(upload), request.toBuilder().key(in(request.key())).build(), body);
  }

  @Override
  public List<Part> listMultipartUpload(MultipartUpload upload) {
    return super.listMultipartUpload(in(upload));
  }

  @Override
  public List<software.amazon.awssdk.services.s3.model.MultipartUpload> listMultipartUploads(
      String container) {
    return super.listMultipartUploads(container).stream()
        .map(one -> one.toBuilder().key(out(one.key())).build())
        .toList();
  }
}
