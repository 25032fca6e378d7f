/**
 * Content on a local file system: one file per key, made durable before it becomes visible. {@link
 * dev.ingest.store.file.FileContent} opens it.
 */
@NullMarked
package dev.ingest.store.file;

import org.jspecify.annotations.NullMarked;
