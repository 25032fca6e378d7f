/** The commands, their options, what they print and their exit codes. */
@NullMarked
package dev.ingest.cli;

import org.jspecify.annotations.NullMarked;
