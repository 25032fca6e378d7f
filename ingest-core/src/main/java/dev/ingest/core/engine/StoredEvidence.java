package dev.ingest.core.engine;

import dev.ingest.core.Evidence;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import java.util.Iterator;

/** The two manifests that an expectation judges, streamed from the store. */
record StoredEvidence(ProofReads reads, StoredSet rawSet, StoredSet resultSet) implements Evidence {

  @Override
  public SequenceKey sequence() {
    return rawSet.sequence();
  }

  @Override
  public ManifestSummary raw() {
    return rawSet.summary();
  }

  @Override
  public ManifestSummary result() {
    return resultSet.summary();
  }

  @Override
  public Iterator<ManifestItem> rawItems() {
    return items(rawSet);
  }

  @Override
  public Iterator<ManifestItem> resultItems() {
    return items(resultSet);
  }

  private Iterator<ManifestItem> items(StoredSet set) {
    return reads.items(set, StoredSet.Located::item);
  }
}
