package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.Verdict.Kind;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The expectations that come with the engine. */
final class ExpectationTest {

  private record Names(List<String> uploaded, List<String> made) implements Evidence {

    @Override
    public SequenceKey sequence() {
      return SequenceKey.of("alice", "ride");
    }

    @Override
    public ManifestSummary raw() {
      return summary(uploaded);
    }

    @Override
    public ManifestSummary result() {
      return summary(made);
    }

    @Override
    public Iterator<ManifestItem> rawItems() {
      return items(uploaded);
    }

    @Override
    public Iterator<ManifestItem> resultItems() {
      return items(made);
    }

    private static ManifestSummary summary(List<String> names) {
      return new ManifestSummary(Digest.ofUtf8(names.toString()), names.size(), names.size());
    }

    private static Iterator<ManifestItem> items(List<String> names) {
      return names.stream()
          .map(name -> new ManifestItem(ItemName.of(name), 1, Digest.ofUtf8(name)))
          .iterator();
    }
  }

  private static Verdict judge(Expectation expectation, String uploaded, String made) {
    return expectation.judge(
        new Names(Arrays.asList(uploaded.split(" ")), Arrays.asList(made.split(" "))));
  }

  @Test
  void onePerItem_isTheSameNamesInTheSameOrder() {
    Expectation expected = Expectation.onePerItem();
    assertEquals(Verdict.pass(), judge(expected, "a b", "a b"));
    for (String made : List.of("a", "b a", "a c", "a b c", "c a b", "a c b")) {
      assertEquals(Kind.FAIL, judge(expected, "a b", made).kind(), made);
    }
    assertEquals(1, expected.leastItems(0));
    assertEquals(7, expected.leastItems(7));
  }

  @Test
  void perItem_isWhatMustComeOfEachInOrderAndMayHaveOthersBetween() {
    Expectation expected =
        Expectation.perItem(
            name -> List.of(ItemName.of(name + ".small"), ItemName.of(name + ".large")));
    for (String made :
        List.of("a.small a.large b.small b.large", "x a.small x a.large b.small x b.large x")) {
      assertEquals(Verdict.pass(), judge(expected, "a b", made), made);
    }
    for (String made : List.of("a.small a.large b.small", "x", "b.small b.large a.small a.large")) {
      assertEquals(Kind.FAIL, judge(expected, "a b", made).kind(), made);
    }
    assertEquals(1, expected.leastItems(7), "nothing follows for any result");
  }

  @Test
  void atLeast_countsItems() {
    Expectation expected = Expectation.atLeast(2);
    assertEquals(Kind.FAIL, judge(expected, "a b c", "x").kind());
    assertEquals(Verdict.pass(), judge(expected, "a b c", "x y"));
    assertEquals(Verdict.pass(), judge(expected, "a", "x y z"));
    assertEquals(2, expected.leastItems(7));
    assertThrows(IllegalArgumentException.class, () -> Expectation.atLeast(0));
    assertEquals(Verdict.pass(), judge(Expectation.atLeast(1), "a", "x"));
  }
}
