package dev.ingest.testkit.s3;

/**
 * A request as a rule sees it.
 *
 * @param number which request, 1 for the server's first
 * @param operation what is asked for
 * @param count which request of that operation, 1 for the server's first
 * @param bucket the bucket's name; empty where the request names none
 * @param key the object's key; empty where the request names none
 */
public record S3Request(
    long number, S3Operation operation, long count, String bucket, String key) {}
