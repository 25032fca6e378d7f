package dev.ingest.cli.incident;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;

/**
 * What the services and on-call share. The caller's to close.
 *
 * @param ledger the ledger
 * @param content the bytes
 */
public record SharedStores(LedgerStore ledger, ContentAccess content) {}
