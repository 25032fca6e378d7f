package dev.ingest.core;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/**
 * A pipeline's mandatory rule on what a complete result is. Thread-safe; one instance judges many
 * sequences. A rule that throws counts as UNKNOWN, and so does a result without items, whatever the
 * rule says.
 */
@FunctionalInterface
public interface Expectation {

  /**
   * Judges a candidate.
   *
   * @param evidence what was uploaded and what came out
   * @return the verdict
   */
  Verdict judge(Evidence evidence);

  /**
   * Tells how few items a complete result can have, by their number alone, so that an audit can
   * tell that a published result is too small without reading it.
   *
   * @param uploaded how many items were uploaded
   * @return the least number of result items, 1 or more
   */
  default int leastItems(int uploaded) {
    return 1;
  }

  /**
   * Copies with a least number of items, which must follow from the rule itself.
   *
   * @param least the least number of result items for a number of uploaded ones, 1 or more
   * @return an expectation that judges as this one does
   */
  default Expectation withLeastItems(IntUnaryOperator least) {
    Expectation rule = this;
    return new Expectation() {
      @Override
      public Verdict judge(Evidence evidence) {
        return rule.judge(evidence);
      }

      @Override
      public int leastItems(int uploaded) {
        return least.applyAsInt(uploaded);
      }
    };
  }

  /**
   * Expects exactly the uploaded names, in the uploaded order.
   *
   * @return the expectation
   */
  static Expectation onePerItem() {
    return perItem(name -> List.of(name), true).withLeastItems(uploaded -> Math.max(1, uploaded));
  }

  /**
   * Expects for each uploaded item certain result items, in the order of the upload. Other result
   * items may stand between them.
   *
   * @param expected the names that must come of an uploaded item
   * @return the expectation
   */
  static Expectation perItem(Function<ItemName, List<ItemName>> expected) {
    return perItem(expected, false);
  }

  /**
   * Expects a least number of result items.
   *
   * @param least the number, 1 or more
   * @return the expectation
   */
  static Expectation atLeast(int least) {
    if (least < 1) {
      throw new IllegalArgumentException("expect at least one item, got " + least);
    }
    Expectation rule =
        evidence ->
            evidence.result().count() >= least
                ? Verdict.pass()
                : Verdict.fail(
                    "expected at least " + least + " items, got " + evidence.result().count());
    return rule.withLeastItems(uploaded -> least);
  }

  private static Expectation perItem(
      Function<ItemName, List<ItemName>> expected, boolean nothingElse) {
    return evidence -> {
      Iterator<ManifestItem> results = evidence.resultItems();
      Iterator<ManifestItem> raw = evidence.rawItems();
      while (raw.hasNext()) {
        ItemName uploaded = raw.next().name();
        for (ItemName wanted : expected.apply(uploaded)) {
          if (!advanceTo(results, wanted, nothingElse)) {
            return Verdict.fail(
                "item \"" + uploaded + "\": expected \"" + wanted + "\" in the result, in order");
          }
        }
      }
      return nothingElse && results.hasNext()
          ? Verdict.fail("unexpected item \"" + results.next().name() + "\" in the result")
          : Verdict.pass();
    };
  }

  private static boolean advanceTo(
      Iterator<ManifestItem> results, ItemName wanted, boolean nextOnly) {
    while (results.hasNext()) {
      if (results.next().name().equals(wanted)) {
        return true;
      }
      if (nextOnly) {
        return false;
      }
    }
    return false;
  }
}
