/** Figures as plots in SVG, which a page shows without a program. */
@NullMarked
package dev.ingest.benchmarks.plots;

import org.jspecify.annotations.NullMarked;
