package dev.ingest.store.file;

/**
 * What one store holds at most, so that neither heap nor handles grow with what is stored.
 *
 * @param unpublishedItems items of one writer that are written but have no key yet
 * @param unpublishedBytes their bytes, past which the oldest is published before the next is begun
 * @param touchedDirectories directories of one writer that wait for their sync
 * @param windowNames names of one directory that a listing sorts in memory
 */
record Bounds(
    int unpublishedItems, long unpublishedBytes, int touchedDirectories, int windowNames) {

  static final Bounds DEFAULT = new Bounds(64, 256L << 20, 1_000, 16_384);
}
