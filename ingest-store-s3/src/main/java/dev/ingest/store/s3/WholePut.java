package dev.ingest.store.s3;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.Checksum.Provenance;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * Puts a body that is in memory as a whole, by one request.
 *
 * <p>The SHA-256 goes along as the object's checksum: the server computes it again over the bytes
 * that it stores, refuses others, and keeps it. So it covers the way from the body to the disk and
 * can be asked for later, and nothing need be computed for it, since the body has it already.
 */
final class WholePut {

  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  /** How often a key may be taken when it is put and free when it is looked at. */
  private static final int ROUNDS = 5;

  private final Bucket bucket;
  private final Comparison comparison;
  private final S3Encryption encryption;
  private final boolean trusted;

  WholePut(Bucket bucket, Comparison comparison, S3Encryption encryption, boolean trusted) {
    this.bucket = bucket;
    this.comparison = comparison;
    this.encryption = encryption;
    this.trusted = trusted;
  }

  /** Whether an answer says that the key is taken, or was at that moment. */
  static boolean isTaken(Throwable e) {
    int status = Calls.statusOf(e);
    return status == PRECONDITION_FAILED || status == CONFLICT;
  }

  ContentStat put(ContentKey key, Part part, Digest digest) {
    for (int round = 0; round < ROUNDS; round++) {
      if (round > 0) {
        bucket.calls().pause(round - 1);
      }
      Optional<PutObjectResponse> answer = tryPut(key, part, digest);
      if (answer.isPresent()) {
        requireKept(key, part, digest, answer.get());
        return stat(key, part.length(), digest);
      }
      Comparison.Found found = comparison.compare(key, part.length(), digest);
      if (found instanceof Comparison.Found.Same) {
        return stat(key, part.length(), digest);
      }
      if (found instanceof Comparison.Found.Other other) {
        throw comparison.conflict(key, other);
      }
    }
    throw new ContentException(
        bucket.calls().name()
            + ": "
            + key
            + " was taken each time it was put and absent each time it was looked at, "
            + ROUNDS
            + " times; put it again");
  }

  /** Empty if the key is taken. */
  private Optional<PutObjectResponse> tryPut(ContentKey key, Part part, Digest digest) {
    PutObjectRequest request =
        request(bucket.objectKey(key), part, Stored.base64(digest))
            .metadata(Map.of(Stored.SAID, digest.hex()))
            .build();
    return bucket
        .calls()
        .run(
            "put " + key,
            client -> {
              try {
                return Optional.of(client.putObject(request, part.request()));
              } catch (S3Exception e) {
                if (isTaken(e)) {
                  return Optional.empty();
                }
                throw e;
              }
            });
  }

  /**
   * A request that stores a part as an object, if the key is free and the bytes have this digest.
   */
  PutObjectRequest.Builder request(String objectKey, Part part, String digest) {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(bucket.calls().place().bucket())
            .key(objectKey)
            .ifNoneMatch("*")
            .contentLength((long) part.length())
            .checksumSHA256(digest)
            .overrideConfiguration(bucket.calls().bounded(part.length()));
    if (encryption instanceof S3Encryption.Managed) {
      request.serverSideEncryption(ServerSideEncryption.AES256);
    } else if (encryption instanceof S3Encryption.Kms kms) {
      request
          .serverSideEncryption(ServerSideEncryption.AWS_KMS)
          .ssekmsKeyId(kms.keyId())
          .bucketKeyEnabled(kms.bucketKey());
    }
    return request;
  }

  /** An answer without the checksum is no evidence, so that the object is looked at then. */
  private void requireKept(ContentKey key, Part part, Digest digest, PutObjectResponse answer) {
    if (!trusted) {
      requireStored(key, part.length(), digest, answer.eTag());
      return;
    }
    String expected = Stored.base64(digest);
    String kept = answer.checksumSHA256();
    if (kept == null) {
      kept = bucket.find(key).flatMap(Stored::digest).map(Stored::base64).orElse("none");
    }
    if (!kept.equals(expected)) {
      throw new ContentException(
          bucket.calls().name()
              + ": put "
              + key
              + " with the SHA-256 "
              + expected
              + ", and the server keeps "
              + kept
              + "; the stored bytes are not known to be the ones that were put");
    }
  }

  /** A status of 200 may have an error as its body, which the SDK does not read; no tag then. */
  private void requireStored(ContentKey key, long length, Digest digest, @Nullable String eTag) {
    if (eTag != null) {
      return;
    }
    Comparison.Found found = comparison.compare(key, length, digest);
    if (found instanceof Comparison.Found.Other other) {
      throw comparison.conflict(key, other);
    }
    if (found instanceof Comparison.Found.Gone) {
      throw new ContentException(
          bucket.calls().name()
              + ": put "
              + key
              + " and was told no entity tag; expected "
              + length
              + " bytes there, found nothing; put it again");
    }
  }

  private ContentStat stat(ContentKey key, long length, Digest digest) {
    Provenance known = trusted ? Provenance.BACKEND_COMPUTED : Provenance.ECHOED;
    return new ContentStat(key, length, Optional.of(new Checksum(digest, known)));
  }
}
