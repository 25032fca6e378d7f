package dev.ingest.core;

import dev.ingest.spi.ledger.WorkRef;

/**
 * What became of one kind of work under one code version.
 *
 * @param work a stage of a pipeline, or its verification
 * @param codeVersion the version of the code that did it
 * @param counts how often it came to what, summed over all nodes
 */
public record WorkRate(WorkRef work, String codeVersion, WorkCounts counts) {}
