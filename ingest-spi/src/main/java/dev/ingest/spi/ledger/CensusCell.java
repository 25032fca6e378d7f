package dev.ingest.spi.ledger;

/**
 * What became of the sequences of one hour, pipeline and owner.
 *
 * @param key the hour of acceptance, the pipeline and the owner
 * @param counts how many there are
 */
public record CensusCell(CensusKey key, CensusCounts counts) {}
