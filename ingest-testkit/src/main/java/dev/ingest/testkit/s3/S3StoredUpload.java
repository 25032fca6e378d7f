package dev.ingest.testkit.s3;

import java.time.Instant;
import java.util.List;

/**
 * A multipart upload that was neither completed nor aborted.
 *
 * @param key the key of the object that it would become
 * @param uploadId its id
 * @param initiated when it began, by the server's clock
 * @param parts the numbers of the stored parts, ascending
 */
public record S3StoredUpload(String key, String uploadId, Instant initiated, List<Integer> parts) {

  /**
   * Copies the parts.
   *
   * @param key the key
   * @param uploadId its id
   * @param initiated when it began
   * @param parts the numbers of the stored parts
   */
  public S3StoredUpload {
    parts = List.copyOf(parts);
  }
}
