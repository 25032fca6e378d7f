package dev.ingest.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs one case of a contract over a broken store and expects it to fail. */
final class Caught {

  private Caught() {}

  static void by(String displayName, Class<?> broken) {
    Events tests = run(displayName, broken);
    assertEquals(
        1, tests.failed().count(), broken.getSimpleName() + " is not caught by: " + displayName);
  }

  /** And expects the failure to say something that helps. */
  static void saying(String text, String displayName, Class<?> broken) {
    String said =
        run(displayName, broken).failed().stream()
            .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
            .flatMap(result -> result.getThrowable().stream())
            .map(Throwable::getMessage)
            .findFirst()
            .orElse("nothing");
    assertTrue(said.contains(text), said);
  }

  private static Events run(String displayName, Class<?> broken) {
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
    return tests;
  }
}
