package dev.ingest.store.s3;

/**
 * What a sweep did.
 *
 * @param aborted the abandoned uploads that were aborted
 * @param kept the uploads that are too young, or under way in this {@link S3Content}
 * @param probes the objects that probes of crashed openings had left, and that were deleted
 * @param more whether the sweep ended at its bound and another one should follow
 */
public record Swept(int aborted, int kept, int probes, boolean more) {}
