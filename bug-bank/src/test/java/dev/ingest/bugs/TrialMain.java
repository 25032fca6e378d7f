package dev.ingest.bugs;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.ingest.bugs.TrialReport.End;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs one test in this process: {@code REPORT CLASS [METHOD]}. */
final class TrialMain implements TestExecutionListener {

  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
  private final List<String> skipped = Collections.synchronizedList(new ArrayList<>());
  private int passed;

  private TrialMain() {}

  /** Runs it, writes the report, and ends the process with all its threads. */
  public static void main(String[] args) throws IOException {
    TrialMain listener = new TrialMain();
    TrialReport report;
    try {
      listener.run(Class.forName(args[1]), args.length > 2 ? args[2] : "");
      report = listener.report();
    } catch (ClassNotFoundException e) {
      report = new TrialReport(End.NOT_FOUND, e.toString());
    }
    report.writeTo(Path.of(args[0]));
    Runtime.getRuntime().halt(0);
  }

  private void run(Class<?> type, String method) {
    List<DiscoverySelector> selectors = new ArrayList<>();
    if (method.isEmpty()) {
      selectors.add(selectClass(type));
    } else {
      ReflectionSupport.findMethods(
              type, found -> found.getName().equals(method), HierarchyTraversalMode.TOP_DOWN)
          .forEach(found -> selectors.add(selectMethod(type, found)));
    }
    if (!selectors.isEmpty()) {
      LauncherFactory.create()
          .execute(
              LauncherDiscoveryRequestBuilder.request()
                  .selectors(selectors)
                  .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                  .build(),
              this);
    }
  }

  private TrialReport report() {
    if (!failures.isEmpty()) {
      return new TrialReport(End.FAILED, String.join("\n", failures));
    } else if (!skipped.isEmpty()) {
      return new TrialReport(End.SKIPPED, String.join("\n", skipped));
    }
    return passed > 0 ? new TrialReport(End.PASSED, "") : new TrialReport(End.NOT_FOUND, "no test");
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    switch (result.getStatus()) {
      case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
      case ABORTED -> skipped.add(test.getDisplayName() + ": " + words(result));
      case FAILED -> failures.add(test.getDisplayName() + ": " + words(result));
    }
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    skipped.add(test.getDisplayName() + ": " + reason);
  }

  private static String words(TestExecutionResult result) {
    StringBuilder words = new StringBuilder();
    add(
        result.getThrowable().orElse(null),
        words,
        Collections.newSetFromMap(new IdentityHashMap<>()));
    return words.toString();
  }

  private static void add(@Nullable Throwable error, StringBuilder words, Set<Throwable> seen) {
    if (error == null || !seen.add(error)) {
      return;
    }
    words.append(error).append('\n');
    add(error.getCause(), words, seen);
    for (Throwable suppressed : error.getSuppressed()) {
      add(suppressed, words, seen);
    }
  }
}
