package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.UploadSession;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the bytes themselves say of whether a ledger and a content store belong together. */
enum Kinship {
  /** Bytes that the ledger knows lie in the store. */
  PROVEN,
  /** The ledger knows of no bytes, and the store has none. */
  BOTH_NEW,
  /** Neither. */
  NONE;

  private static final int SAMPLE = 20;
  private static final Set<State> KEPT =
      EnumSet.complementOf(EnumSet.of(State.DISCARDING, State.DISCARDED, State.LOST));
  private static final List<ContentPrefix> AREAS =
      List.of(KeyLayout.uploads(), KeyLayout.allRuns());

  /**
   * Looks for the manifests of up to {@value #SAMPLE} sequences whose bytes are kept, and for the
   * bytes of as many open uploads. Keys of other stores cannot be the same by chance.
   */
  static Kinship of(LedgerStore ledger, ContentStore content) {
    List<Entry> kept =
        ledger
            .ledger()
            .scan(new ScanQuery(Optional.empty(), Optional.empty(), KEPT, Optional.empty(), SAMPLE))
            .entries();
    List<UploadSession> open =
        ledger.sessions().untouched(SessionState.OPEN, Duration.ZERO, Optional.empty(), SAMPLE);
    if (kept.stream().anyMatch(entry -> hasBytes(content, entry))
        || open.stream()
            .anyMatch(
                session -> !isEmpty(content, KeyLayout.session(session.key(), session.raw())))) {
      return PROVEN;
    }
    return kept.isEmpty() && AREAS.stream().allMatch(area -> isEmpty(content, area))
        ? BOTH_NEW
        : NONE;
  }

  private static boolean hasBytes(ContentStore content, Entry entry) {
    return isStored(content, KeyLayout.rawManifest(entry.key(), entry.raw()))
        || entry
            .published()
            .map(published -> KeyLayout.manifest(published.result().prefix()))
            .filter(manifest -> isStored(content, manifest))
            .isPresent();
  }

  private static boolean isStored(ContentStore content, ContentKey key) {
    return content.stat(key).isPresent();
  }

  private static boolean isEmpty(ContentStore content, ContentPrefix area) {
    return content.list(area, Optional.empty(), 1).entries().isEmpty();
  }
}
