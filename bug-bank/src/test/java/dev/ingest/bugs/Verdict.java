package dev.ingest.bugs;

/**
 * Whether a bug was caught.
 *
 * @param bug the bug
 * @param isCaught whether its test failed as it shall, and passes without it
 * @param why why not, or the failure
 * @param seconds how long the test took with the bug planted, its process included
 */
record Verdict(Bug bug, boolean isCaught, String why, double seconds) {}
