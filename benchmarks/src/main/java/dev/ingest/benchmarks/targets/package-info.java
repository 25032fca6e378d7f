/** The table of targets: what is promised, what is measured, and beside what. */
@NullMarked
package dev.ingest.benchmarks.targets;

import org.jspecify.annotations.NullMarked;
