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
  private String publishedHead = "";
  private String outputHead = "";
  private String supersededHead = "";
  private long items;
  private long bytes;
  private long output;
  private long unnamed;
  private boolean manifest;

  /** Begins with an entry, or with none. */
  void begin(@Nullable AuditRow entry) {
    Optional<Publication> publication = entry == null ? Optional.empty() : entry.published();
    published = publication.map(found -> found.result().manifest()).orElse(null);
    publishedHead = publication.map(found -> head(found.result().prefix())).orElse("");
    outputHead = entry == null ? "" : entry.made().output().map(ResultTally::head).orElse("");
    supersededHead =
        entry == null ? "" : entry.made().superseded().map(ResultTally::head).orElse("");
    items = 0;
    bytes = 0;
    output = 0;
    unnamed = 0;
    manifest = false;
  }

  private static String head(ContentPrefix prefix) {
    return prefix.value() + "/";
  }

  void add(ContentStat stat) {
    String key = stat.key().value();
    if (!publishedHead.isEmpty() && key.startsWith(publishedHead)) {
      if (KeyLayout.isManifest(stat.key())) {
        manifest = true;
      } else {
        items++;
        bytes += stat.length();
      }
    } else if ((!outputHead.isEmpty() && key.startsWith(outputHead))
        || (!supersededHead.isEmpty() && key.startsWith(supersededHead))) {
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
