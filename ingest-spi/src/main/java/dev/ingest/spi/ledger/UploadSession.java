package dev.ingest.spi.ledger;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import java.time.Instant;

/**
 * The ledger's row of one upload session.
 *
 * @param raw the session's id and parts
 * @param key the sequence that it uploads
 * @param state where it stands
 * @param reserved the room that it reserved
 * @param recorded the items that are durable and recorded
 * @param touchedAt the latest opening, reservation, recording or change of state, by the ledger's
 *     clock
 */
public record UploadSession(
    RawLocation raw,
    SequenceKey key,
    SessionState state,
    Reservation reserved,
    Reservation recorded,
    Instant touchedAt) {

  /**
   * Cuts the time to milliseconds.
   *
   * @param raw the session's id and parts
   * @param key the sequence that it uploads
   * @param state where it stands
   * @param reserved the room that it reserved
   * @param recorded the items that are durable and recorded
   * @param touchedAt the latest opening
   */
  public UploadSession {
    touchedAt = Names.millis(touchedAt);
  }

  /**
   * Returns the session's id.
   *
   * @return the id
   */
  public SessionId id() {
    return raw.session();
  }
}
