package dev.ingest.spi.ledger;

import java.util.Optional;

/**
 * Work that a node has just leased.
 *
 * @param entry the entry after the claim, with the new lease
 * @param takenFrom the expired lease that the claim took over, if one was there
 */
public record Claimed(Entry entry, Optional<Lease> takenFrom) {}
