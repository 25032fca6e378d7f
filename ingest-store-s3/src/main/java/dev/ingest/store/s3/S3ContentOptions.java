package dev.ingest.store.s3;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Duration;
import java.util.Set;

/**
 * How content lies in its bucket.
 *
 * @param place the bucket and the prefix
 * @param transfer how bytes are moved
 * @param encryption how the server encrypts them
 * @param abandonedAfter the age from which an unfinished upload may be aborted, 1 minute or more;
 *     the same for all processes of one place
 * @param accepted the risks that do not keep the server or the bucket from being used
 */
public record S3ContentOptions(
    S3Place place,
    S3Transfer transfer,
    S3Encryption encryption,
    Duration abandonedAfter,
    Set<S3Risk> accepted) {

  private static final Duration SHORTEST = Duration.ofMinutes(1);

  /**
   * Validates the times.
   *
   * @param place the bucket and the prefix
   * @param transfer how bytes are moved
   * @param encryption how the server encrypts them
   * @param abandonedAfter the age from which an unfinished upload may be aborted
   * @param accepted the risks that do not keep the server or the bucket from being used
   */
  public S3ContentOptions {
    accepted = Set.copyOf(accepted);
    if (abandonedAfter.compareTo(SHORTEST) < 0) {
      throw new InvalidValueException(
          Kind.TIME, abandonedAfter.toString(), "uploads are abandoned after 1 minute or more");
    }
  }

  /**
   * The defaults: {@link S3Transfer#DEFAULT}, encryption as the bucket says, uploads are abandoned
   * after a day, no risk is accepted.
   *
   * @param bucket the bucket
   * @param prefix what all keys begin with, or empty
   * @return the options
   */
  public static S3ContentOptions of(String bucket, String prefix) {
    return new S3ContentOptions(
        new S3Place(bucket, prefix),
        S3Transfer.DEFAULT,
        S3Encryption.BUCKET,
        Duration.ofDays(1),
        Set.of());
  }

  /**
   * Changes how bytes are moved.
   *
   * @param change how bytes are moved
   * @return other options
   */
  public S3ContentOptions withTransfer(S3Transfer change) {
    return new S3ContentOptions(place, change, encryption, abandonedAfter, accepted);
  }

  /**
   * Changes how the server encrypts.
   *
   * @param change how the server encrypts
   * @return other options
   */
  public S3ContentOptions withEncryption(S3Encryption change) {
    return new S3ContentOptions(place, transfer, change, abandonedAfter, accepted);
  }

  /**
   * Changes when an unfinished upload counts as abandoned.
   *
   * @param age the age from which it may be aborted, 1 minute or more
   * @return other options
   */
  public S3ContentOptions withAbandonedAfter(Duration age) {
    return new S3ContentOptions(place, transfer, encryption, age, accepted);
  }

  /**
   * Changes which risks are accepted.
   *
   * @param risks the risks that do not keep the server or the bucket from being used
   * @return other options
   */
  public S3ContentOptions withAccepted(Set<S3Risk> risks) {
    return new S3ContentOptions(place, transfer, encryption, abandonedAfter, risks);
  }
}
