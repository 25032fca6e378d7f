/** Tests of the console. */
@NullMarked
package dev.ingest.console;

import org.jspecify.annotations.NullMarked;
