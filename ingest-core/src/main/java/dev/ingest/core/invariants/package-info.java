/**
 * The reliability invariants as executable checks, numbered S1 to S14, and the wrappers that watch
 * what no later reading of the stores could show. For the project's own simulator and tests.
 */
@NullMarked
package dev.ingest.core.invariants;

import org.jspecify.annotations.NullMarked;
