package dev.ingest.cli.photo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Evidence;
import dev.ingest.core.Verdict;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PhotoExpectationTest {

  @Test
  void everyItemDescribed_passes() {
    assertPasses(List.of("a", "b.jpg"), List.of("a.json", "b.jpg.json", "b.jpg.thumb.jpg"));
    assertPasses(List.of("a"), List.of("a.json"));
  }

  @Test
  void uploadWithNamesThatLookLikeResults_passes() {
    assertPasses(
        List.of("a", "a.json", "a.thumb.jpg"),
        List.of("a.json", "a.thumb.jpg", "a.json.json", "a.thumb.jpg.json"));
  }

  @Test
  void descriptionMissing_failsByName() {
    Verdict verdict = judge(List.of("a", "b", "c"), List.of("a.json", "c.json"));

    assertEquals(Verdict.Kind.FAIL, verdict.kind());
    assertTrue(verdict.reason().contains("item \"b\""), verdict.reason());
  }

  @Test
  void lastDescriptionMissing_fails() {
    assertFails(List.of("a", "b"), List.of("a.json"));
  }

  @Test
  void descriptionsOutOfOrder_fail() {
    assertFails(List.of("a", "b"), List.of("b.json", "a.json"));
  }

  @Test
  void thumbnailWithoutDescription_fails() {
    assertFails(List.of("a"), List.of("a.thumb.jpg"));
  }

  @Test
  void thumbnailOfAnotherItem_fails() {
    assertFails(List.of("a", "b"), List.of("a.json", "b.thumb.jpg", "b.json"));
  }

  @Test
  void oneMoreItem_fails() {
    assertFails(List.of("a"), List.of("a.json", "a.thumb.jpg", "z"));
  }

  private static void assertPasses(List<String> raw, List<String> result) {
    assertEquals(Verdict.pass(), judge(raw, result));
  }

  private static void assertFails(List<String> raw, List<String> result) {
    assertEquals(Verdict.Kind.FAIL, judge(raw, result).kind());
  }

  private static Verdict judge(List<String> raw, List<String> result) {
    return PhotoExpectation.judge(new Names(manifest(raw), manifest(result)));
  }

  private static Manifest manifest(List<String> names) {
    Stream<ManifestItem> items =
        names.stream().map(name -> new ManifestItem(ItemName.of(name), 0, Digest.ofUtf8("")));
    return Manifest.of(items.toList());
  }

  private record Names(Manifest uploaded, Manifest made) implements Evidence {

    @Override
    public SequenceKey sequence() {
      return SequenceKey.of("local", "street");
    }

    @Override
    public ManifestSummary raw() {
      return uploaded.summary();
    }

    @Override
    public ManifestSummary result() {
      return made.summary();
    }

    @Override
    public Iterator<ManifestItem> rawItems() {
      return uploaded.items().iterator();
    }

    @Override
    public Iterator<ManifestItem> resultItems() {
      return made.items().iterator();
    }
  }
}
