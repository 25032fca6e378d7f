package dev.ingest.store.s3;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.util.regex.Pattern;

/**
 * Where a deployment keeps its bytes: a bucket, and what all its keys in that bucket begin with.
 * Deployments of one bucket have prefixes of which none is the beginning of another.
 *
 * @param bucket the bucket's name, 3 to 63 lower-case letters, digits, {@code .} or {@code -}
 * @param prefix empty for the whole bucket, or parts of letters, digits and {@code . _ = -} joined
 *     by {@code /}, 1 to 400 characters
 */
public record S3Place(String bucket, String prefix) {

  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final Pattern PREFIX =
      Pattern.compile("(?:[A-Za-z0-9._=-]+(?:/[A-Za-z0-9._=-]+)*)?");

  /** S3 takes keys of 1,024 bytes, a content key has 512 at most, and a slash goes between. */
  private static final int MAX_PREFIX = 400;

  /** The bucket type whose listings are in no order, which no sweep or audit can work with. */
  private static final String DIRECTORY_BUCKET = "--x-s3";

  /**
   * Validates the names.
   *
   * @param bucket the bucket's name
   * @param prefix what all keys begin with
   */
  public S3Place {
    if (!BUCKET.matcher(bucket).matches()) {
      throw new InvalidValueException(
          Kind.IDENTIFIER, bucket, "a bucket has 3 to 63 lower-case letters, digits, . or -");
    }
    if (bucket.endsWith(DIRECTORY_BUCKET)) {
      throw new InvalidValueException(
          Kind.IDENTIFIER, bucket, "a directory bucket does not list in order; use another type");
    }
    if (prefix.length() > MAX_PREFIX || !PREFIX.matcher(prefix).matches()) {
      throw new InvalidValueException(
          Kind.IDENTIFIER,
          prefix,
          "a prefix is empty, or parts of letters, digits and . _ = - joined by /");
    }
  }

  /**
   * Names the place for messages.
   *
   * @return for example {@code s3://bucket/prefix}
   */
  public String name() {
    return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
  }

  /** What all object keys of this place begin with, the slash included. */
  String root() {
    return prefix.isEmpty() ? "" : prefix + "/";
  }

  @Override
  public String toString() {
    return name();
  }
}
