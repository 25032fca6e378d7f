/**
 * A fuzzer for parsers: it changes the examples of a corpus by a seed, and judges what a parser
 * makes of each change. For whatever an adapter reads that others may have written.
 */
@NullMarked
package dev.ingest.testkit.fuzz;

import org.jspecify.annotations.NullMarked;
