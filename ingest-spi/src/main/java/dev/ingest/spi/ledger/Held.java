package dev.ingest.spi.ledger;

import dev.ingest.spi.SequenceKey;

/**
 * A lease that a node believes to hold.
 *
 * @param key the sequence
 * @param token the token
 */
public record Held(SequenceKey key, LeaseToken token) {}
