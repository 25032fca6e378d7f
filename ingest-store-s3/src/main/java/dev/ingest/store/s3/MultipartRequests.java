package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentException;
import java.util.List;
import java.util.zip.CRC32C;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedMultipartUpload;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * The requests of a multipart upload.
 *
 * @param trusted whether the server compares checksums and tells them
 * @param overwrites whether it was accepted that the end of an upload replaces an object
 */
record MultipartRequests(
    Calls calls, S3Encryption encryption, boolean trusted, boolean overwrites) {

  static MultipartRequests of(Calls calls, S3ContentOptions options, boolean trusted) {
    boolean overwrites = options.accepted().contains(S3Risk.MULTIPART_OVERWRITES);
    return new MultipartRequests(calls, options.encryption(), trusted, overwrites);
  }

  private static final int NOT_FOUND = 404;

  CreateMultipartUploadRequest create(String objectKey) {
    CreateMultipartUploadRequest.Builder request =
        CreateMultipartUploadRequest.builder()
            .bucket(calls.place().bucket())
            .key(objectKey)
            .checksumAlgorithm(ChecksumAlgorithm.CRC32_C)
            .checksumType(ChecksumType.FULL_OBJECT)
            .overrideConfiguration(calls.bounded());
    if (encryption instanceof S3Encryption.Managed) {
      request.serverSideEncryption(ServerSideEncryption.AES256);
    } else if (encryption instanceof S3Encryption.Kms kms) {
      request
          .serverSideEncryption(ServerSideEncryption.AWS_KMS)
          .ssekmsKeyId(kms.keyId())
          .bucketKeyEnabled(kms.bucketKey());
    }
    return request.build();
  }

  /** Sends a part, and compares the checksum that the server has of it. */
  CompletedPart sendPart(S3Client client, String objectKey, String uploadId, Part part) {
    CRC32C running = new CRC32C();
    part.addTo(running);
    String checksum = Stored.base64((int) running.getValue());
    UploadPartRequest request =
        UploadPartRequest.builder()
            .bucket(calls.place().bucket())
            .key(objectKey)
            .uploadId(uploadId)
            .partNumber(part.number())
            .contentLength((long) part.length())
            .checksumCRC32C(checksum)
            .overrideConfiguration(calls.bounded(part.length()))
            .build();
    UploadPartResponse answer = client.uploadPart(request, part.request());
    if (trusted && !checksum.equals(answer.checksumCRC32C())) {
      throw new ContentException(
          calls.name()
              + ": sent part "
              + part.number()
              + " of "
              + objectKey
              + " with the CRC32C "
              + checksum
              + ", and the server has "
              + answer.checksumCRC32C()
              + "; put the item again");
    }
    if (answer.eTag() == null) {
      throw new ContentException(
          calls.name()
              + ": sent part "
              + part.number()
              + " of "
              + objectKey
              + ", and was told no entity tag, so that it is not known to be stored; put the item"
              + " again");
    }
    return CompletedPart.builder()
        .partNumber(part.number())
        .eTag(answer.eTag())
        .checksumCRC32C(checksum)
        .build();
  }

  CompleteMultipartUploadRequest complete(
      String objectKey, String uploadId, List<CompletedPart> parts, long length, String checksum) {
    return CompleteMultipartUploadRequest.builder()
        .bucket(calls.place().bucket())
        .key(objectKey)
        .uploadId(uploadId)
        .ifNoneMatch("*")
        .checksumType(ChecksumType.FULL_OBJECT)
        .checksumCRC32C(checksum)
        .mpuObjectSize(length)
        .multipartUpload(CompletedMultipartUpload.builder().parts(parts).build())
        .overrideConfiguration(calls.bounded())
        .build();
  }

  /** Aborts; one that is gone already is as good. */
  boolean abort(S3Client client, String objectKey, String uploadId) {
    AbortMultipartUploadRequest request =
        AbortMultipartUploadRequest.builder()
            .bucket(calls.place().bucket())
            .key(objectKey)
            .uploadId(uploadId)
            .overrideConfiguration(calls.bounded())
            .build();
    try {
      client.abortMultipartUpload(request);
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }
}
