/** What the parts of CI cost, beside what they may cost. */
@NullMarked
package dev.ingest.benchmarks.costs;

import org.jspecify.annotations.NullMarked;
