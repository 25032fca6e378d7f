package dev.ingest.spi.ledger;

import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.content.ContentPrefix;

/**
 * What a stage made: items below a prefix of its own, closed by a manifest.
 *
 * @param prefix what the items and the manifest lie below
 * @param manifest the root and totals
 */
public record SealedOutput(ContentPrefix prefix, ManifestSummary manifest) {}
