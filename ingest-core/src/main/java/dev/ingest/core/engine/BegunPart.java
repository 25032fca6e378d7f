package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.UploadSession;
import java.util.List;

/**
 * A session of which this caller has begun a part.
 *
 * @param session the session
 * @param manifests those that earlier parts left below it
 * @param recorded what it holds so far
 * @param life tells whether the ledger's life has ended
 * @param mark when, and in which life
 */
record BegunPart(
    UploadSession session,
    List<ContentKey> manifests,
    RecordedItems recorded,
    LifeMarks life,
    LifeMarks.Mark mark) {

  BegunPart {
    manifests = List.copyOf(manifests);
  }
}
