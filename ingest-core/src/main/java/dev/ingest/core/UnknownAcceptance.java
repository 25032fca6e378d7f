package dev.ingest.core;

import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;

/**
 * A sequence that was uploaded to its end and of whose acceptance the ledger knows nothing: it was
 * restored from a backup, or failed over to a replica that lagged. It may still show the upload as
 * open or given up, as it was before. Nothing deletes its bytes.
 *
 * @param session the upload session
 * @param manifest where its manifest is; the key holds the hashes of owner and id, not their names
 */
public record UnknownAcceptance(SessionId session, ContentKey manifest) {}
