package dev.ingest.core;

import dev.ingest.spi.ItemName;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compares item sets by name, length and digest. */
final class ItemComparator implements ShadowComparator {

  private static final int MOST_UNMATCHED = 100_000;

  @Override
  public ShadowReport compare(ShadowPair pair) {
    Iterator<StageItem> published = pair.publishedItems();
    Iterator<StageItem> candidate = pair.candidateItems();
    Matching matching = new Matching();
    while (published.hasNext() || candidate.hasNext()) {
      if (published.hasNext()) {
        matching.published(Told.of(published.next()));
      }
      if (candidate.hasNext()) {
        matching.candidate(Told.of(candidate.next()));
      }
      if (matching.unmatched() > MOST_UNMATCHED) {
        throw new IllegalStateException(
            "the items of %s come in orders so different that more than %,d wait for their likes;"
                    .formatted(pair.sequence(), MOST_UNMATCHED)
                + " give this pipeline a comparator of its own");
      }
    }
    return matching.report();
  }

  /** What is told of an item; its bytes are not. */
  private record Told(ItemName name, long length, String digest) {

    static Told of(StageItem item) {
      return new Told(item.name(), item.length(), item.digest().toString());
    }

    String words() {
      return length + " bytes of " + digest;
    }
  }

  private static final class Matching {

    private final Map<ItemName, Told> onlyPublished = new LinkedHashMap<>();
    private final Map<ItemName, Told> onlyCandidate = new LinkedHashMap<>();
    private final List<String> samples = new ArrayList<>();
    private long compared;
    private long differences;

    void published(Told item) {
      Told other = onlyCandidate.remove(item.name());
      if (other == null) {
        onlyPublished.put(item.name(), item);
      } else {
        match(item, other);
      }
    }

    void candidate(Told item) {
      Told other = onlyPublished.remove(item.name());
      if (other == null) {
        onlyCandidate.put(item.name(), item);
      } else {
        match(other, item);
      }
    }

    int unmatched() {
      return Math.max(onlyPublished.size(), onlyCandidate.size());
    }

    private void match(Told published, Told candidate) {
      compared++;
      if (!published.equals(candidate)) {
        differ(published.name(), published.words(), candidate.words());
      }
    }

    private void differ(ItemName name, String published, String candidate) {
      differences++;
      if (samples.size() < ShadowReport.MAX_SAMPLES) {
        samples.add("\"%s\": published %s, made %s".formatted(name, published, candidate));
      }
    }

    ShadowReport report() {
      onlyPublished.values().forEach(item -> differ(item.name(), item.words(), "nothing"));
      onlyCandidate.values().forEach(item -> differ(item.name(), "nothing", item.words()));
      compared += onlyPublished.size() + onlyCandidate.size();
      return new ShadowReport(compared, differences, samples);
    }
  }
}
