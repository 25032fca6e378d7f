/** Tests of the file store. */
@NullMarked
package dev.ingest.store.file;

import org.jspecify.annotations.NullMarked;
