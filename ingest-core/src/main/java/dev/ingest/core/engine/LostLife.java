package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.UploadSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether what is stored below an open session that is about to be resumed shows that it went on in
 * a life of the ledger that was lost.
 *
 * <p>The ledger counts a part before a byte of it is stored. If a part is stored that it has not
 * counted, keys would be used twice, and an acceptance with the manifest in such a part would pass
 * for one that this session's entry answers for. A manifest in a part that it has counted is what a
 * submission left that broke off, or one that was accepted in the life that was lost; nothing tells
 * the two apart. While the ledger is in doubt it is taken for the latter, which is to be named and
 * adopted, and is not to get others beside it. Otherwise the session is resumed, and accepted only
 * with the same bytes: an acceptance with others would pass for one that answers for both, and both
 * would be deleted when it expires. Costs one listing of the session for each resumption, beside
 * which its recorded items are read, so that it shows as well whether their bytes are there.
 *
 * @param sign what shows it; empty if nothing does
 * @param manifests those that are stored, at most one for each part
 * @param recorded the items that are recorded
 */
record LostLife(Optional<String> sign, List<ContentKey> manifests, RecordedItems recorded) {

  LostLife {
    manifests = List.copyOf(manifests);
  }

  /**
   * Looks.
   *
   * @param session as it was before it is resumed
   */
  static LostLife of(Node node, UploadSession session) {
    Stored stored = new Stored();
    RecordedItems recorded = RecordedItems.load(node, session, stored::look);
    return new LostLife(stored.sign(node, session), stored.manifests, recorded);
  }

  /** What is stored below the session. For one thread. */
  private static final class Stored {

    private final List<ContentKey> manifests = new ArrayList<>();
    private int latest = -1;

    void look(ContentStat stat) {
      Optional<KeyLayout.RawPlace> place = KeyLayout.rawPlace(stat.key());
      latest = Math.max(latest, place.map(KeyLayout.RawPlace::part).orElse(-1));
      if (place.filter(found -> found.ordinal().isEmpty()).isPresent()) {
        manifests.add(stat.key());
      }
    }

    Optional<String> sign(Node node, UploadSession session) {
      int part = session.raw().latestPart();
      if (latest > part && isAhead(node, session, latest)) {
        return Optional.of(
            "with part %d stored, and its latest is part %d".formatted(latest, part));
      }
      return manifests.isEmpty() || !isDoubted(node)
          ? Optional.empty()
          : Optional.of(
              "with a manifest at " + manifests.get(0) + ", so it may have been accepted");
    }
  }

  /** Others may have begun parts meanwhile, each of which the ledger counts first. */
  private static boolean isAhead(Node node, UploadSession session, int stored) {
    return new SessionCalls(node, session)
        .current()
        .filter(now -> now.raw().latestPart() < stored)
        .isPresent();
  }

  private static boolean isDoubted(Node node) {
    return Retries.settled(
        node,
        "reading the known incarnation of " + node.ledger().name(),
        () -> KnownIncarnation.isDoubted(node.ledger()));
  }
}
