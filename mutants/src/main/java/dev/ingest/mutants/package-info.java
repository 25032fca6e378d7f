/** Random samples of the mutants that PIT makes. */
@NullMarked
package dev.ingest.mutants;

import org.jspecify.annotations.NullMarked;
