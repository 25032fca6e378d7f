package dev.ingest.core.probe;

import dev.ingest.core.Evidence;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import java.util.Collections;
import java.util.Iterator;

/** Evidence of one sequence, for probes alone. */
record Shown(SequenceKey sequence) implements Evidence {

  @Override
  public ManifestSummary raw() {
    return new ManifestSummary(Digest.ofUtf8("raw"), 2, 20);
  }

  @Override
  public ManifestSummary result() {
    return new ManifestSummary(Digest.ofUtf8("result"), 2, 10);
  }

  @Override
  public Iterator<ManifestItem> rawItems() {
    return Collections.emptyIterator();
  }

  @Override
  public Iterator<ManifestItem> resultItems() {
    return Collections.emptyIterator();
  }
}
