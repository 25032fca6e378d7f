/**
 * Texts that the engine, the console and the command line write alike: JSON, times, what is plain.
 */
@NullMarked
package dev.ingest.core.text;

import org.jspecify.annotations.NullMarked;
