package dev.ingest.benchmarks.targets;

/**
 * One row of the table.
 *
 * @param text what is measured, compared with what
 * @param limit what it must be
 */
record Target(String text, Limit limit) {}
