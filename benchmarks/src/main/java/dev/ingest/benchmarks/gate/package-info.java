/** Counts of the hot path that must not grow, compared with those that are written down. */
@NullMarked
package dev.ingest.benchmarks.gate;

import org.jspecify.annotations.NullMarked;
