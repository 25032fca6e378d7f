package dev.ingest.store.file;

/**
 * What one store holds at most, so that neither heap nor handles grow with what is stored.
 *
 * @param unpublishedItems items of one writer that are written but have no key yet
 * @param unpublishedBytes their bytes, past which the oldest is published before the next is begun
 * @param touchedDirectories directories of one writer that wait for their sync
 * @param windowNames names of one directory that a listing sorts in memory
 * @param syncedAhead bytes of an item that is being written past which they are synced meanwhile
 */
record Bounds(
    int unpublishedItems,
    long unpublishedBytes,
    int touchedDirectories,
    int windowNames,
    int syncedAhead) {

  static final Bounds DEFAULT = new Bounds(64, 256L << 20, 1_000, 16_384, 8 << 20);
}
