/**
 * The loss that the library exists for, replayed with real processes: three services, six hours
 * that stall, and a backfill of which most reports success without writing; once on a plain
 * imitation of the platform that lost the data, once on the library.
 */
@NullMarked
package dev.ingest.cli.incident;

import org.jspecify.annotations.NullMarked;
