/** Texts that several parts write. */
@NullMarked
package dev.ingest.core.text;

import org.jspecify.annotations.NullMarked;
