package dev.ingest.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Holds the catalogue to what Prometheus sees of a running engine, and docs/metrics.md, the
 * dashboard and the rules to the catalogue. Run with {@code
 * -Dingest.test.args=-Dingest.docs.write=true} to write them anew after a change.
 */
@Timeout(60)
final class MetricsDocumentsTest {

  private static final Path DOCS = Path.of("..", "docs");
  private static final Path PAGE = DOCS.resolve("metrics.md");
  private static final Path DASHBOARD = DOCS.resolve("metrics").resolve("dashboard.json");
  private static final Path RULES = DOCS.resolve("metrics").resolve("alerts.yml");
  private static final Pattern NAME = Pattern.compile("\\bingest_[a-z_]+");
  private static final String BEGIN = "<!-- begin: written by MetricsDocumentsTest -->\n";
  private static final String END = "<!-- end -->\n";

  @SuppressWarnings("NullAway.Init") // made before all tests
  private static Scrape scrape;

  @BeforeAll
  static void scrape() throws IOException {
    scrape = Scrape.ofAnEngine();
  }

  @ParameterizedTest
  @EnumSource
  void everyMeter_isScrapedUnderItsNameWithItsTags(IngestMeter meter) {
    String name = meter.prometheus();
    String type =
        switch (meter.kind()) {
          case COUNTER -> "counter";
          case GAUGE -> "gauge";
          case TIMER, SUMMARY -> "histogram";
          case OBSERVATION, RUNNING -> "summary";
        };
    String sample = type.equals("counter") || type.equals("gauge") ? name : name + "_count";
    assertEquals(new TreeSet<>(meter.tags()), scrape.series().get(sample), sample);
    String family = name.replaceAll("_total$", "");
    assertEquals(
        type, scrape.types().getOrDefault(name, scrape.types().getOrDefault(family, "none")), name);
  }

  @Test
  void nothingElse_isScraped() {
    Set<String> known = new TreeSet<>();
    for (IngestMeter meter : IngestMeter.values()) {
      for (String end : List.of("", "_bucket", "_count", "_sum", "_max")) {
        known.add(meter.prometheus() + end);
      }
    }
    Set<String> others = new TreeSet<>(scrape.series().keySet());
    others.removeAll(known);
    assertEquals(Set.of(), others);
  }

  @Test
  void dashboard_isTheOneOfTheCatalogue() throws IOException {
    assertWritten(DASHBOARD, Dashboard.json());
    try (JsonParser json = new JsonFactory().createParser(Files.readString(DASHBOARD))) {
      List<String> expressions = new ArrayList<>();
      while (json.nextToken() != null) {
        if ("expr".equals(json.currentName()) && json.currentToken().isScalarValue()) {
          expressions.add(json.getText());
        }
      }
      assertEquals(Dashboard.queries(), expressions);
    }
  }

  @Test
  void dashboard_queriesWhatIsScrapedAndEveryMeter() {
    Set<String> queried = names(String.join("\n", Dashboard.queries()));
    assertScraped(queried);
    for (IngestMeter meter : IngestMeter.values()) {
      assertTrue(
          queried.stream().anyMatch(name -> name.startsWith(meter.prometheus())), meter.name());
    }
  }

  @Test
  void rules_areThoseOfTheCatalogue() throws IOException {
    assertWritten(RULES, AlertRules.yaml());
    assertScraped(names(AlertRules.yaml()));
  }

  @Test
  void page_showsEveryMeterAndRule() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END, begin);
    assertWritten(PAGE, page.substring(0, begin) + tables() + page.substring(end));
  }

  private static void assertWritten(Path file, String expected) throws IOException {
    if (Boolean.getBoolean("ingest.docs.write")) {
      Files.writeString(file, expected);
    }
    assertEquals(expected, Files.readString(file));
  }

  private static Set<String> names(String text) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = NAME.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group());
    }
    return names;
  }

  private static void assertScraped(Set<String> names) {
    Set<String> absent = new TreeSet<>(names);
    absent.removeAll(scrape.series().keySet());
    assertEquals(Set.of(), absent);
  }

  private static String tables() {
    StringBuilder out = new StringBuilder();
    for (IngestMeter.Source source : IngestMeter.Source.values()) {
      out.append(
          switch (source) {
            case ENGINE -> "\n## What one engine does: add up over nodes\n\n";
            case LEDGER -> "\n## What the ledger holds: the same on each node\n\n";
          });
      out.append(
          "| Micrometer | Prometheus | type | unit | tags | what |\n|---|---|---|---|---|---|\n");
      for (IngestMeter meter : IngestMeter.values()) {
        if (meter.source() == source) {
          out.append(
              "| `%s` | `%s` | %s | %s | %s | %s |\n"
                  .formatted(
                      meter.dotted(),
                      meter.prometheus(),
                      meter.kind().name().toLowerCase(Locale.ROOT),
                      meter.unit().orElse(""),
                      String.join(" ", meter.tags().stream().map(t -> "`" + t + "`").toList()),
                      meter.description()));
        }
      }
    }
    out.append("\n## Rules\n\n| alert | severity | when | what to do |\n|---|---|---|---|\n");
    for (AlertRules.Rule rule : AlertRules.RULES) {
      out.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(rule.name(), rule.severity(), rule.summary(), rule.action()));
    }
    return out.append('\n').toString();
  }
}
