/** What the engine costs, each class with the hypothesis that it tests. */
@NullMarked
package dev.ingest.benchmarks;

import org.jspecify.annotations.NullMarked;
