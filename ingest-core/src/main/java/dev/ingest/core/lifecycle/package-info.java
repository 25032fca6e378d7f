/** The lifecycle of a sequence as one pure function, and the hash chain of its history. */
@NullMarked
package dev.ingest.core.lifecycle;

import org.jspecify.annotations.NullMarked;
