/**
 * Content on a local file system: one file per key, made durable before it becomes visible. Start
 * at {@link FileContent}.
 *
 * <p>{@code FileContentWriter} has the order of writes, syncs and links, {@code Publisher} its last
 * steps, {@code Syncs} the threads that sync. {@code Layout} says where things lie. All that is
 * asked of the file system goes through {@code Disk}, so that a test can lose what was not synced.
 */
@NullMarked
package dev.ingest.store.file;

import org.jspecify.annotations.NullMarked;
