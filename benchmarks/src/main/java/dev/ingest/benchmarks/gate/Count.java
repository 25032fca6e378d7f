package dev.ingest.benchmarks.gate;

/**
 * Something that is counted and not timed, so that it is the same in each run on each machine.
 *
 * @param name what, in lower-case words with dots between
 * @param value how many
 */
public record Count(String name, long value) {}
