package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the tables of docs/configuration.md to the code: names, types and words are those of the
 * source, defaults those of a builder that was told nothing, bounds what the policies take. Run
 * with {@code -Dingest.test.args=-Dingest.docs.write=true} to write them anew after a change.
 *
 * <p>The last two columns are held by the tests of the starter and of the command, and taken over
 * here as they are.
 */
final class ConfigurationPageTest {

  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final List<String> PACKAGES = List.of("dev.ingest.core", "dev.ingest.core.alert");
  private static final String END = "<!-- end -->\n";

  @Test
  void page_hasEverySetting() throws IOException {
    String page = Files.readString(ConfigurationPage.PAGE);
    List<Setting> settings = Setting.ofBuilder(Ingest.builder());
    assertTrue(settings.size() > 60, () -> settings.size() + " settings");
    String expected = with(page, "settings of the builder", ofBuilder(settings, page));
    expected = with(expected, "other policies", others(settings));
    if (Boolean.getBoolean("ingest.docs.write")) {
      Files.writeString(ConfigurationPage.PAGE, expected);
    }
    assertEquals(expected, Files.readString(ConfigurationPage.PAGE));
  }

  @Test
  void policyThatAnEngineIsBuiltWith_isTheDefaultOfThePage() {
    assertEquals(ExpiryPolicy.DEFAULT, ExpiryPolicy.defaultFor(TimePolicy.DEFAULT));
  }

  @Test
  void bounds_areWhatIsTakenAndNoMore() {
    assertEquals(Optional.of("1 to 1,000"), SettingBounds.of(WorkPolicy.DEFAULT, 1));
    assertEquals(Optional.of("100 ms to 36,500 d"), SettingBounds.of(WorkPolicy.DEFAULT, 0));
    assertEquals(Optional.of("100 ms to 10 min"), SettingBounds.of(RoutePolicy.DEFAULT, 1));
    assertEquals(Optional.of("1 min to 366,000 d"), SettingBounds.of(ScrubPolicy.DEFAULT, 2));
    assertThrows(
        ConfigurationException.class,
        () -> new RoutePolicy(Route.NAME, Duration.ofMinutes(10).plusMillis(1)));
  }

  private static String with(String page, String name, String table) {
    String begin = "<!-- begin: " + name + " -->\n";
    int from = page.indexOf(begin) + begin.length();
    assertTrue(from >= begin.length(), begin);
    return page.substring(0, from) + table + page.substring(page.indexOf(END, from));
  }

  private static String ofBuilder(List<Setting> settings, String page) {
    Map<String, String> elsewhere = elsewhere(page);
    return table(
        "| setting | type | default | bounds | meaning | property | option |",
        settings.stream()
            .map(one -> one.row() + elsewhere.getOrDefault(one.name(), "  |  |"))
            .toList());
  }

  /** What the last two cells of each row are. */
  private static Map<String, String> elsewhere(String page) {
    return page.lines()
        .map(ConfigurationPage::cells)
        .filter(cells -> cells.length == ConfigurationPage.CELLS)
        .collect(
            Collectors.toMap(
                ConfigurationPage::setting,
                cells ->
                    cells[ConfigurationPage.PROPERTY]
                        + "|"
                        + cells[ConfigurationPage.OPTION]
                        + "|"));
  }

  /** What has a default of its own and is told to something else than the builder. */
  private static String others(List<Setting> settings) throws IOException {
    List<String> rows = new ArrayList<>();
    for (Class<?> type : records()) {
      boolean isSetting =
          settings.stream().anyMatch(one -> one.type().equals(type.getSimpleName()));
      Optional<Object> defaults = Setting.constant(type);
      if (!isSetting && defaults.isPresent()) {
        for (Setting one : Setting.ofRecord(type.getSimpleName(), type, defaults)) {
          rows.add(one.row());
        }
      }
    }
    assertTrue(!rows.isEmpty());
    return table("| setting | type | default | bounds | meaning |", rows);
  }

  private static List<Class<?>> records() throws IOException {
    List<Class<?>> records = new ArrayList<>();
    for (String name : PACKAGES) {
      try (Stream<Path> sources = Files.list(SOURCES.resolve(name.replace('.', '/')))) {
        for (Path source : sources.filter(Files::isRegularFile).sorted().toList()) {
          String file = source.getFileName().toString();
          if (!file.equals("package-info.java")) {
            records.add(Class.forName(name + "." + file.replace(".java", "")));
          }
        }
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException("a source without its class", e);
      }
    }
    return records.stream().filter(Class::isRecord).toList();
  }

  private static String table(String head, List<String> rows) {
    String rule = head.replaceAll("[^|]+", "---");
    return "\n" + head + "\n" + rule + "\n" + String.join("\n", rows) + "\n\n";
  }
}
