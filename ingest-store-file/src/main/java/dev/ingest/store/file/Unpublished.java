package dev.ingest.store.file;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentKey;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An item between its last byte and the barrier.
 *
 * @param temp the file that holds it, or null if its key held the same bytes already
 * @param sync the sync of its file, begun
 */
record Unpublished(
    ContentKey key,
    @Nullable Path temp,
    long length,
    Digest digest,
    CompletableFuture<Void> sync) {}
