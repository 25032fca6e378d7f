package dev.ingest.core.engine;

import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.Publication;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what is listed of the output of one sequence's runs: of the published result how many
 * items and bytes and whether its manifest, and how many keys that the entry does not name. For one
 * thread, and used again for each sequence.
 */
final class ResultTally {

  private @Nullable ManifestSummary published;
  private @Nullable ContentPrefix publishedPrefix;
  private @Nullable ContentPrefix outputPrefix;
  private @Nullable ContentPrefix supersededPrefix;
  private long items;
  private long bytes;
  private long output;
  private long unnamed;
  private boolean manifest;

  /** Begins with an entry, or with none. */
  void begin(@Nullable AuditRow entry) {
    Optional<Publication> publication = entry == null ? Optional.empty() : entry.published();
    published = publication.map(found -> found.result().manifest()).orElse(null);
    publishedPrefix = publication.map(found -> found.result().prefix()).orElse(null);
    outputPrefix = entry == null ? null : entry.made().output().orElse(null);
    supersededPrefix = entry == null ? null : entry.made().superseded().orElse(null);
    items = 0;
    bytes = 0;
    output = 0;
    unnamed = 0;
    manifest = false;
  }

  private static boolean isBelow(@Nullable ContentPrefix prefix, ContentStat stat) {
    return prefix != null && prefix.covers(stat.key());
  }

  void add(ContentStat stat) {
    if (isBelow(publishedPrefix, stat)) {
      if (KeyLayout.isManifest(stat.key())) {
        manifest = true;
      } else {
        items++;
        bytes += stat.length();
      }
    } else if (isBelow(outputPrefix, stat) || isBelow(supersededPrefix, stat)) {
      output++;
    } else {
      unnamed++;
    }
  }

  boolean isEmpty() {
    return items == 0 && output == 0 && unnamed == 0 && !manifest;
  }

  boolean hasUnnamed() {
    return unnamed > 0;
  }

  /** Tells whether the manifest and as many items and bytes are there as the ledger counts. */
  boolean isWhole() {
    return published != null
        && manifest
        && items == published.count()
        && bytes == published.bytes();
  }
}
