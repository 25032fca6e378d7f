package dev.ingest.cli.photo;

import dev.ingest.core.Evidence;
import dev.ingest.core.Expectation;
import dev.ingest.core.Verdict;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What a complete result is: for every uploaded item in order its description, then at most its
 * thumbnail, and nothing else. Which items are photographs shows in their bytes and not in their
 * names, so a missing thumbnail alone cannot be told here; the stage fails instead of leaving one
 * out.
 */
final class PhotoExpectation {

  private PhotoExpectation() {}

  /** One description at least of each uploaded item. */
  static Expectation create() {
    Expectation rule = PhotoExpectation::judge;
    return rule.withLeastItems(uploaded -> Math.max(1, uploaded));
  }

  static Verdict judge(Evidence evidence) {
    Iterator<ManifestItem> raw = evidence.rawItems();
    Iterator<ManifestItem> results = evidence.resultItems();
    ItemName next = nextName(results);
    while (raw.hasNext()) {
      ItemName uploaded = raw.next().name();
      ItemName description = ResultNames.description(uploaded);
      if (!description.equals(next)) {
        return Verdict.fail(
            "item %s: expected %s in the result, got %s"
                .formatted(shown(uploaded), shown(description), shown(next)));
      }
      next = nextName(results);
      if (ResultNames.thumbnail(uploaded).equals(next)) {
        next = nextName(results);
      }
    }
    return next == null
        ? Verdict.pass()
        : Verdict.fail("unexpected item " + shown(next) + " in the result");
  }

  private static @Nullable ItemName nextName(Iterator<ManifestItem> items) {
    return items.hasNext() ? items.next().name() : null;
  }

  private static String shown(@Nullable ItemName name) {
    return name == null ? "nothing" : "\"" + InvalidValueException.escape(name.value()) + "\"";
  }
}
