package dev.ingest.core.engine;

import dev.ingest.core.UnknownAcceptance;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.UploadSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks for manifests below which lies what the ledger does not know, by comparing the listing of
 * all raw bytes with all entries.
 *
 * <p>The listing tells hashes, the ledger names, and neither is in the other's order. So the
 * sessions of a stretch of the listing, at most {@value #STRETCH}, are held in memory while one
 * scan of the ledger strikes out those that entries answer for; then each that is left is looked up
 * by its id. Costs one listing of the raw bytes and one scan of the ledger per stretch, and for
 * each session that is not its entry's own the history and perhaps the bytes of that entry. What is
 * accepted meanwhile is known by its session, or by its entry at the latest; what is being
 * submitted just now may be found although it is not lost, and is not found again once it is
 * accepted.
 */
final class UnknownAcceptances {

  private static final int STRETCH = 100_000;

  private final LedgerStore ledger;
  private final ContentStore content;

  UnknownAcceptances(LedgerStore ledger, ContentStore content) {
    this.ledger = ledger;
    this.content = content;
  }

  /**
   * Finds them, in the order of their keys.
   *
   * @param limit the most to return, 1 or more
   */
  List<UnknownAcceptance> find(int limit) {
    List<UnknownAcceptance> unknown = new ArrayList<>();
    Listing listing = new Listing(content, KeyLayout.uploads());
    while (listing.hasMore() && unknown.size() < limit) {
      Map<String, UnknownAcceptance> stretch = new LinkedHashMap<>();
      while (listing.hasMore() && stretch.size() < STRETCH) {
        for (ContentStat stat : listing.page()) {
          KeyLayout.sessionOfManifest(stat.key())
              .ifPresent(
                  session ->
                      stretch.put(session.value(), new UnknownAcceptance(session, stat.key())));
        }
      }
      strikeOutEntries(stretch);
      stretch.values().stream().filter(this::isUnknown).forEach(unknown::add);
    }
    return unknown.size() > limit ? List.copyOf(unknown.subList(0, limit)) : unknown;
  }

  private void strikeOutEntries(Map<String, UnknownAcceptance> stretch) {
    Map<String, List<UnknownAcceptance>> bySequence = new HashMap<>();
    stretch
        .values()
        .forEach(
            found ->
                bySequence
                    .computeIfAbsent(sequence(found.manifest()), missing -> new ArrayList<>(1))
                    .add(found));
    ScanQuery query = ScanQuery.all(ScanQuery.MAX_LIMIT);
    boolean more = !stretch.isEmpty();
    while (more) {
      EntryPage page = ledger.ledger().scan(query);
      Entry last = null;
      for (Entry entry : page.entries()) {
        for (UnknownAcceptance found :
            bySequence.getOrDefault(KeyLayout.uploads(entry.key()).value(), List.of())) {
          if (isKnownBy(entry, found)) {
            stretch.remove(found.session().value());
          }
        }
        last = entry;
      }
      more = page.more() && last != null && !stretch.isEmpty();
      if (last != null) {
        query = query.after(last.key());
      }
    }
  }

  private static String sequence(ContentKey manifest) {
    String[] parts = manifest.value().split("/", 4);
    return String.join("/", parts[0], parts[1], parts[2]);
  }

  /**
   * Tells whether an entry answers for a session: it lies there, its history tells of that
   * acceptance or adoption, or it has the same bytes whole elsewhere.
   */
  private boolean isKnownBy(Entry entry, UnknownAcceptance found) {
    return entry.raw().session().equals(found.session())
        || SessionNote.isInHistory(ledger.ledger(), entry.key(), found.session())
        || SecondCopy.is(found.session(), found.manifest(), entry, content, () -> {});
  }

  /**
   * Tells whether no session answers for it either. One that was accepted has an entry, if only one
   * that was replaced. One that is open or given up, with a manifest, is what a backup shows of an
   * upload that was accepted after it, unless its acceptance came in since the entries were read.
   */
  private boolean isUnknown(UnknownAcceptance found) {
    Optional<UploadSession> session = ledger.sessions().find(found.session());
    if (session.isEmpty()) {
      return true;
    }
    return switch (session.get().state()) {
      case ACCEPTED -> false;
      case OPEN, ABANDONED ->
          ledger
              .ledger()
              .find(List.of(session.get().key()))
              .get(0)
              .filter(entry -> isKnownBy(entry, found))
              .isEmpty();
    };
  }
}
