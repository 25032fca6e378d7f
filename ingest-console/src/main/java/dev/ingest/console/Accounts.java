package dev.ingest.console;

import java.time.Instant;

/**
 * Conservation, counted: how many sequences were ever accepted, and how many of them are in a state
 * that the ledger tells.
 *
 * @param accepted sequences ever accepted
 * @param verified of them, those whose result was proven
 * @param unaccountedFor how many are accepted and in no state, or in a state and not accepted
 * @param begun when the count began, by the ledger's clock
 * @param ended when it ended
 */
record Accounts(long accepted, long verified, long unaccountedFor, Instant begun, Instant ended) {}
