/** Probes of effects in other systems: a row of a database, an answer over HTTP. */
@NullMarked
package dev.ingest.core.probe;

import org.jspecify.annotations.NullMarked;
