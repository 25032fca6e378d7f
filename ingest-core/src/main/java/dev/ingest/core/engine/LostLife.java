package dev.ingest.core.engine;

import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.UploadSession;
import java.util.Optional;

/**
 * Whether what is stored below a session that was just resumed shows that it went on in a life of
 * the ledger that was lost.
 *
 * <p>The ledger counts a part before a byte of it is stored, so a part that has just begun is
 * empty. If it is not, or a later one is stored, keys would be used twice, and an acceptance with
 * the manifest in such a part would pass for one that this session's entry answers for. A manifest
 * in an earlier part is what a submission left that broke off, and no sign of its own; but while
 * the ledger is in doubt it may be that of an acceptance, which is to be named and adopted, and is
 * not to get others beside it. Costs one listing of the session for each resumption.
 */
final class LostLife {

  private LostLife() {}

  /**
   * Looks.
   *
   * @param session as its latest part began, for this caller
   * @return what shows it; empty if nothing does
   */
  static Optional<String> of(Node node, UploadSession session) {
    int part = session.raw().latestPart();
    if (part == 0) {
      return Optional.empty();
    }
    int latest = -1;
    Optional<ContentKey> manifest = Optional.empty();
    Listing listing = new Listing(node.content(), KeyLayout.session(session.key(), session.raw()));
    while (listing.hasMore()) {
      for (ContentStat stat : listing.page()) {
        Optional<KeyLayout.RawPlace> place = KeyLayout.rawPlace(session.key(), stat.key());
        latest = Math.max(latest, place.map(KeyLayout.RawPlace::part).orElse(-1));
        manifest = KeyLayout.isManifest(stat.key()) ? Optional.of(stat.key()) : manifest;
      }
    }
    if (latest == part || (latest > part && isAhead(node, session, latest))) {
      return Optional.of(
          "with part %d stored, and its part %d began just now".formatted(latest, part));
    }
    return manifest
        .filter(found -> isDoubted(node))
        .map(found -> "with a manifest at " + found + ", so it may have been accepted");
  }

  /** Others may have begun parts meanwhile, each of which the ledger counts first. */
  private static boolean isAhead(Node node, UploadSession session, int stored) {
    return Retries.settled(
            node,
            "finding the session of " + session.key(),
            () -> node.ledger().sessions().find(session.id()))
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
