package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The comparison that pipelines have unless they are given another. */
final class ItemComparatorTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");

  private record Item(ItemName name, String text) implements StageItem {

    static Item of(String name, String text) {
      return new Item(ItemName.of(name), text);
    }

    private byte[] bytes() {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long length() {
      return bytes().length;
    }

    @Override
    public Digest digest() {
      return Digest.of(bytes());
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(bytes());
    }
  }

  private record Pair(List<Item> shown, List<Item> made) implements ShadowPair {

    @Override
    public SequenceKey sequence() {
      return RIDE;
    }

    @Override
    public ManifestSummary published() {
      return summary(shown);
    }

    @Override
    public ManifestSummary candidate() {
      return summary(made);
    }

    private static ManifestSummary summary(List<Item> items) {
      return Manifest.of(
              items.stream()
                  .map(item -> new ManifestItem(item.name(), item.length(), item.digest()))
                  .toList())
          .summary();
    }

    @Override
    public Iterator<StageItem> publishedItems() {
      return List.<StageItem>copyOf(shown).iterator();
    }

    @Override
    public Iterator<StageItem> candidateItems() {
      return List.<StageItem>copyOf(made).iterator();
    }
  }

  private static ShadowReport compare(List<Item> shown, List<Item> made) throws Exception {
    return ShadowComparator.BY_ITEMS.compare(new Pair(shown, made));
  }

  @Test
  void sameItemsInAnotherOrder_areEqual() throws Exception {
    Item a = Item.of("a", "1");
    Item b = Item.of("b", "2");
    Item c = Item.of("c", "3");
    ShadowReport report = compare(List.of(a, b, c), List.of(c, a, b));
    assertTrue(report.isEqual());
    assertEquals("3 items compared, 0 differ", report.text());
  }

  @Test
  void everyDifference_isCountedAndNamed() throws Exception {
    ShadowReport report =
        compare(
            List.of(Item.of("a", "1"), Item.of("b", "22"), Item.of("gone", "3")),
            List.of(Item.of("b", "x"), Item.of("a", "1"), Item.of("new", "4")));
    assertFalse(report.isEqual());
    assertEquals(4, report.compared());
    assertEquals(3, report.differences());
    assertEquals(3, report.samples().size());
    assertTrue(report.samples().get(0).startsWith("\"b\": published 2 bytes of "), report.text());
    assertTrue(report.samples().get(1).startsWith("\"gone\": published 1 bytes of "));
    assertTrue(report.samples().get(1).endsWith(", made nothing"), report.text());
    assertTrue(report.samples().get(2).startsWith("\"new\": published nothing, made "));
  }

  @Test
  void manyDifferences_areSampled() throws Exception {
    List<Item> shown = IntStream.range(0, 50).mapToObj(i -> Item.of("i" + i, "1")).toList();
    List<Item> made = IntStream.range(0, 50).mapToObj(i -> Item.of("i" + i, "2")).toList();
    ShadowReport report = compare(shown, made);
    assertEquals(50, report.differences());
    assertEquals(ShadowReport.MAX_SAMPLES, report.samples().size());
  }

  @Test
  void ordersTooFarApart_areNoConclusion() {
    List<Item> shown = IntStream.range(0, 100_001).mapToObj(i -> Item.of("a" + i, "1")).toList();
    List<Item> made = IntStream.range(0, 100_001).mapToObj(i -> Item.of("b" + i, "1")).toList();
    assertThrows(IllegalStateException.class, () -> compare(shown, made));
  }

  @Test
  void moreSamplesThanDifferences_areRefused() {
    assertThrows(InvalidValueException.class, () -> new ShadowReport(1, 0, List.of("a")));
    assertThrows(InvalidValueException.class, () -> new ShadowReport(-1, 0, List.of()));
  }
}
