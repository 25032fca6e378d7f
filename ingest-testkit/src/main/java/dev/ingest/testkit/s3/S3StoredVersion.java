package dev.ingest.testkit.s3;

import java.time.Instant;

/**
 * What is stored under a key, as a judge below the protocol sees it.
 *
 * @param key the key
 * @param version the version's id; {@code null} as text where the bucket keeps no versions
 * @param latest whether it is the key's newest version
 * @param deleteMarker whether it only says that the key was deleted
 * @param length the length in bytes; 0 for a delete marker
 * @param modified when it was stored, by the server's clock
 */
public record S3StoredVersion(
    String key,
    String version,
    boolean latest,
    boolean deleteMarker,
    long length,
    Instant modified) {}
