package dev.ingest.store.jdbc.content;

/**
 * Stored bytes: {@code length} of them, in chunks that are all full but the last.
 *
 * @param id what its chunks are found by
 * @param length the length in bytes
 */
record Body(long id, long length) {}
