/** Tests of the work on photographs. */
@NullMarked
package dev.ingest.cli.photo;

import org.jspecify.annotations.NullMarked;
