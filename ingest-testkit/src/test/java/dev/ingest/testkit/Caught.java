package dev.ingest.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.platform.engine.FilterResult;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs one case of a contract over a broken store and expects it to fail. */
final class Caught {

  private Caught() {}

  static void by(String displayName, Class<?> broken) {
    PostDiscoveryFilter named =
        found ->
            FilterResult.includedIf(!found.isTest() || found.getDisplayName().equals(displayName));
    Events tests =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectClass(broken))
            .filters(named)
            .execute()
            .testEvents();
    assertEquals(1, tests.started().count(), "one case is named: " + displayName);
    assertEquals(
        1, tests.failed().count(), broken.getSimpleName() + " is not caught by: " + displayName);
  }
}
