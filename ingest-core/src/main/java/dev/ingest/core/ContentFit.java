package dev.ingest.core;

import dev.ingest.core.engine.Retention;
import dev.ingest.spi.content.ContentStore;
import java.util.ArrayList;
import java.util.List;

/** Whether a content store keeps what an engine would put into it, as long as it has to. */
final class ContentFit {

  private ContentFit() {}

  /** Names every mismatch. */
  static List<String> mismatches(
      ContentStore store, boolean mayBeVolatile, IntakeLimits limits, Retention retention) {
    List<String> mismatches = new ArrayList<>();
    String name = store.name();
    if (!store.capabilities().durable() && !mayBeVolatile) {
      mismatches.add("content store " + name + " is not durable");
    }
    if (store.capabilities().maxItemBytes() < limits.maxItemBytes()) {
      mismatches.add(
          "content store %s takes items of at most %d bytes, the limit is set to %d"
              .formatted(name, store.capabilities().maxItemBytes(), limits.maxItemBytes()));
    }
    for (String conflict : retention.conflicts(store.capabilities().deletionRules())) {
      mismatches.add(
          "content store %s would delete before the ledger does: %s".formatted(name, conflict));
    }
    return mismatches;
  }
}
