package dev.ingest.store.s3;

import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPrefix;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Looks objects up and reads them. An object's key is the prefix of the place, a slash and the
 * content key as it is: those begin with an area and the hash of an owner, so that they spread load
 * and say nothing of users, and they list in the order in which content keys do.
 */
final class Bucket {

  private static final int NOT_FOUND = 404;
  private static final int NOT_SATISFIABLE = 416;
  private static final String NO_SUCH_KEY = "NoSuchKey";

  private final Calls calls;

  Bucket(Calls calls) {
    this.calls = calls;
  }

  Calls calls() {
    return calls;
  }

  String objectKey(ContentKey key) {
    return calls.place().root() + key.value();
  }

  String objectKey(ContentPrefix prefix) {
    return calls.place().root() + prefix.value();
  }

  Optional<Stored> find(ContentKey key) {
    return find(objectKey(key));
  }

  /**
   * Looks an object up. An answer to HEAD has no body that tells a missing object from a missing
   * bucket, so the bucket is asked for before an object counts as absent.
   */
  Optional<Stored> find(String objectKey) {
    String what = "look up " + objectKey;
    HeadObjectRequest request =
        HeadObjectRequest.builder()
            .bucket(calls.place().bucket())
            .key(objectKey)
            .checksumMode(ChecksumMode.ENABLED)
            .overrideConfiguration(calls.bounded())
            .build();
    Optional<Stored> found =
        calls.run(
            what,
            client -> {
              try {
                return Optional.of(Stored.of(client.headObject(request)));
              } catch (S3Exception e) {
                if (e.statusCode() != NOT_FOUND) {
                  throw e;
                }
                return Optional.empty();
              }
            });
    if (found.isEmpty()) {
      requireBucket(what);
    } else if (found.get().length() < 0) {
      throw new ContentException(
          calls.name() + ": could not " + what + ": the server told no length");
    }
    return found;
  }

  private void requireBucket(String what) {
    HeadBucketRequest request =
        HeadBucketRequest.builder()
            .bucket(calls.place().bucket())
            .overrideConfiguration(calls.bounded())
            .build();
    calls.run(what + " in its bucket", client -> client.headBucket(request));
  }

  /**
   * Begins to read an object.
   *
   * @param objectKey the object
   * @param range the header, or null for all of it
   * @param eTag the state that it must have, or null for any
   * @return the answer; empty if the object ends before the range
   * @throws ContentMissingException if there is no such object
   */
  Optional<ResponseInputStream<GetObjectResponse>> read(
      String objectKey, @Nullable String range, @Nullable String eTag) {
    GetObjectRequest request =
        GetObjectRequest.builder()
            .bucket(calls.place().bucket())
            .key(objectKey)
            .range(range)
            .ifMatch(eTag)
            .overrideConfiguration(calls.telling())
            .build();
    return calls.run(
        "read " + objectKey,
        client -> {
          try {
            return Optional.of(client.getObject(request));
          } catch (S3Exception e) {
            if (e.statusCode() == NOT_SATISFIABLE) {
              return Optional.empty();
            }
            if (e.statusCode() == NOT_FOUND && NO_SUCH_KEY.equals(Calls.codeOf(e))) {
              throw missing(objectKey, e);
            }
            throw e;
          }
        });
  }

  ContentMissingException missing(String objectKey, @Nullable Throwable cause) {
    String message =
        calls.name()
            + ": expected "
            + objectKey
            + ", found nothing; it was never committed, or deleted under a permit";
    return cause == null
        ? new ContentMissingException(message)
        : new ContentMissingException(message, cause);
  }
}
