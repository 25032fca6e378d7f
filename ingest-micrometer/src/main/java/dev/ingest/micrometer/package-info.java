/**
 * What an engine does and what its ledger holds, as meters and observations of Micrometer. {@link
 * dev.ingest.micrometer.IngestMeters} binds an engine to a registry, {@link
 * dev.ingest.micrometer.IngestMeter} lists all meters, and {@link
 * dev.ingest.micrometer.StageObservations} traces stages.
 */
@NullMarked
package dev.ingest.micrometer;

import org.jspecify.annotations.NullMarked;
