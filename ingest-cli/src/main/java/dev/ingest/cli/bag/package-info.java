/** Sequences as BagIt bags (RFC 8493): a strict reader and a writer. */
@NullMarked
package dev.ingest.cli.bag;

import org.jspecify.annotations.NullMarked;
