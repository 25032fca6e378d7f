package dev.ingest.store.s3;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;

/** How the server encrypts what it stores. */
public sealed interface S3Encryption {

  /** As the bucket says; no header is sent. */
  S3Encryption BUCKET = new OfBucket();

  /** With keys of S3 (SSE-S3). */
  S3Encryption MANAGED = new Managed();

  /** As the bucket says. */
  record OfBucket() implements S3Encryption {}

  /** With keys of S3 (SSE-S3). */
  record Managed() implements S3Encryption {}

  /**
   * With a key of the key management service (SSE-KMS).
   *
   * @param keyId the key's id, alias or ARN
   * @param bucketKey whether a key of the bucket is derived, which asks the service less often
   */
  record Kms(String keyId, boolean bucketKey) implements S3Encryption {

    /**
     * Checks that there is a key.
     *
     * @param keyId the key's id, alias or ARN
     * @param bucketKey whether a key of the bucket is derived
     */
    public Kms {
      if (keyId.isBlank()) {
        throw new InvalidValueException(Kind.IDENTIFIER, keyId, "name the key");
      }
    }
  }
}
