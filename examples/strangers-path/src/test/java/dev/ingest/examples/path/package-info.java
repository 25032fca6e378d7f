/** The pages that begin with an empty folder, walked as their readers do. */
@NullMarked
package dev.ingest.examples.path;

import org.jspecify.annotations.NullMarked;
