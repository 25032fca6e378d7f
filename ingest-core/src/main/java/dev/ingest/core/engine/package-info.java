/**
 * The drivers: intake, worker, verifier, sweeper; each works in ticks and takes time from a seam.
 */
@NullMarked
package dev.ingest.core.engine;

import org.jspecify.annotations.NullMarked;
