package dev.ingest.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prometheus itself reads the rules, and raises what it must from figures that are made up. */
@Timeout(120)
final class AlertRulesTest {

  private static final Path RULES = Path.of("..", "docs", "metrics", "alerts.yml");
  private static final Path CASES = Path.of("src", "test", "rules", "alerts.test.yml");
  private static final Path OF_CONDITIONS = Path.of("src", "test", "rules", "conditions.test.yml");
  private static final Path OF_AUDITS = Path.of("src", "test", "rules", "audits.test.yml");

  @TempDir private Path temp;

  private static Path promtool() {
    Optional<Path> found =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
            .map(folder -> Path.of(folder, "promtool"))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(found.isPresent(), "SKIPPED: no promtool on the PATH");
    return found.orElseThrow();
  }

  private String run(int expected, String... arguments) throws Exception {
    Path output = temp.resolve("output.txt");
    ProcessBuilder builder = new ProcessBuilder(promtool().toString());
    builder.command().addAll(Arrays.asList(arguments));
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "promtool does not end");
    } finally {
      process.destroyForcibly();
    }
    String printed = Files.readString(output, StandardCharsets.UTF_8);
    assertEquals(expected, process.exitValue(), printed);
    return printed;
  }

  @Test
  void rules_areValid() throws Exception {
    String printed = run(0, "check", "rules", RULES.toString());
    assertTrue(printed.contains(AlertRules.RULES.size() + " rules found"), printed);
  }

  @Test
  void rules_raiseWhatTheyMustAndNothingElse() throws Exception {
    run(0, "test", "rules", CASES.toString(), OF_CONDITIONS.toString(), OF_AUDITS.toString());
  }

  @Test
  void aRuleThatRaisesNothing_isFoundOut() throws Exception {
    Path broken = temp.resolve("alerts.yml");
    String rules = Files.readString(RULES);
    String name = IngestMeter.OVERDUE.prometheus();
    Files.writeString(broken, rules.replace("(" + name + ") > 0", "(" + name + ") > 99"));
    Path cases = temp.resolve("alerts.test.yml");
    Files.writeString(cases, cases(broken));
    String printed = run(1, "test", "rules", cases.toString());
    assertTrue(printed.contains("IngestOverdue"), printed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "IngestAtRisk",
        "IngestFailed",
        "IngestBlocked",
        "IngestWatchersSilent",
        "IngestUnwatched",
        "IngestUnwatchedUnknown",
        "IngestAlertsWaiting",
        "IngestScrubOld",
        "IngestDeadTuples"
      })
  void aRuleThatIsNeverOrAlwaysRaised_isFoundOutByItsCase(String name) throws Exception {
    for (String expression : List.of("vector(1) > 1", "vector(1)")) {
      Path broken = temp.resolve("alerts.yml");
      Files.writeString(broken, withExpression(Files.readString(RULES), name, expression));
      Path cases = temp.resolve("conditions.test.yml");
      Files.writeString(cases, of(broken, Files.readString(OF_CONDITIONS)));
      String printed = run(1, "test", "rules", cases.toString());
      assertTrue(printed.contains("alertname: " + name), printed);
    }
  }

  private static String withExpression(String rules, String name, String expression) {
    int from = rules.indexOf("expr: ", rules.indexOf("- alert: " + name + "\n"));
    int to = rules.indexOf('\n', from);
    return rules.substring(0, from) + "expr: '" + expression + "'" + rules.substring(to);
  }

  /** The first cases, which are about that rule, of other rules. */
  private static String cases(Path rules) throws IOException {
    String all = Files.readString(CASES);
    String first = all.substring(0, all.indexOf("  - name: a ledger that cannot be read"));
    return of(rules, first);
  }

  private static String of(Path rules, String cases) {
    return cases.replace("../../../../docs/metrics/alerts.yml", rules.toString());
  }
}
