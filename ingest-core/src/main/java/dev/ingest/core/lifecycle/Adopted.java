package dev.ingest.core.lifecycle;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.SessionId;

/**
 * Someone took the bytes of an upload that the ledger did not know.
 *
 * @param session that upload
 * @param by who and why
 */
public record Adopted(SessionId session, Act by) {}
