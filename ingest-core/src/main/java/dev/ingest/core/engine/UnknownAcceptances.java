package dev.ingest.core.engine;

import dev.ingest.core.UnknownAcceptance;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks for manifests below which lies what the ledger does not know, by comparing the listing of
 * all raw bytes with all entries.
 *
 * <p>The listing tells hashes, the ledger names, and neither is in the other's order. So the
 * sessions of a stretch of the listing, at most {@value #STRETCH}, are held in memory while one
 * scan of the ledger strikes out those that entries name, and second copies of the same bytes; then
 * each that is left is looked up by its id. Costs one listing of the raw bytes and one scan of the
 * ledger per stretch. What is accepted meanwhile is known by its session, or by its entry at the
 * latest.
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
      stretch.values().stream().filter(this::hasNoSession).forEach(unknown::add);
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
        stretch.remove(entry.raw().session().value());
        for (UnknownAcceptance found :
            bySequence.getOrDefault(KeyLayout.uploads(entry.key()).value(), List.of())) {
          if (stretch.containsKey(found.session().value())
              && StoredDigest.of(content, found.manifest())
                  .equals(entry.receipt().manifest().root())) {
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

  /** An open or abandoned session is the sweeper's; one that was accepted has been replaced. */
  private boolean hasNoSession(UnknownAcceptance found) {
    return ledger.sessions().find(found.session()).isEmpty();
  }
}
