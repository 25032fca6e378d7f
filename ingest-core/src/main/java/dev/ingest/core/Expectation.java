package dev.ingest.core;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

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
   * Expects exactly the uploaded names, in the uploaded order.
   *
   * @return the expectation
   */
  static Expectation onePerItem() {
    return perItem(name -> List.of(name), true);
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
    return evidence ->
        evidence.result().count() >= least
            ? Verdict.pass()
            : Verdict.fail(
                "expected at least " + least + " items, got " + evidence.result().count());
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
