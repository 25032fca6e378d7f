package dev.ingest.testkit.s3;

import java.util.OptionalInt;

/**
 * A bucket's rule by which S3 would delete. The server tells it and never acts on it.
 *
 * @param id the rule's name
 * @param prefix what the keys begin with; empty for all
 * @param enabled whether it is in force
 * @param expirationDays days after which an object is deleted, 1 or more
 * @param noncurrentDays days after which a version that is not the newest is deleted, 1 or more
 * @param abortUploadDays days after which an unfinished multipart upload is aborted, 1 or more
 */
public record S3LifecycleRule(
    String id,
    String prefix,
    boolean enabled,
    OptionalInt expirationDays,
    OptionalInt noncurrentDays,
    OptionalInt abortUploadDays) {

  /**
   * Validates the days.
   *
   * @param id the rule's name
   * @param prefix what the keys begin with
   * @param enabled whether it is in force
   * @param expirationDays days after which an object is deleted
   * @param noncurrentDays days after which an old version is deleted
   * @param abortUploadDays days after which an unfinished multipart upload is aborted
   */
  public S3LifecycleRule {
    requirePositive(expirationDays);
    requirePositive(noncurrentDays);
    requirePositive(abortUploadDays);
  }

  /**
   * Makes a rule in force that deletes objects.
   *
   * @param id the rule's name
   * @param prefix what the keys begin with; empty for all
   * @param days after how many days, 1 or more
   * @return the rule
   */
  public static S3LifecycleRule expire(String id, String prefix, int days) {
    return new S3LifecycleRule(
        id, prefix, true, OptionalInt.of(days), OptionalInt.empty(), OptionalInt.empty());
  }

  private static void requirePositive(OptionalInt days) {
    if (days.isPresent() && days.getAsInt() < 1) {
      throw new IllegalArgumentException("a rule waits 1 day or more, not " + days.getAsInt());
    }
  }
}
