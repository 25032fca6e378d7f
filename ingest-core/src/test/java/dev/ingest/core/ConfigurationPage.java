package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The columns of docs/configuration.md that say where else a setting is set. */
public final class ConfigurationPage {

  /** The column of the properties of the Spring Boot starter. */
  public static final int PROPERTY = 6;

  /** The column of the options of the command. */
  public static final int OPTION = 7;

  static final Path PAGE = Path.of("..", "docs", "configuration.md");

  /** How many cells a row of settings splits into, what is before and behind it included. */
  static final int CELLS = 9;

  private static final String BAR = "(?<!\\\\)\\|";

  private ConfigurationPage() {}

  /**
   * Holds a column to what sets each setting, or writes it with {@code -Dingest.docs.write=true}.
   *
   * @param column which
   * @param bySetting the names of what sets it, by each setting
   */
  public static void assertColumn(int column, Map<String, Set<String>> bySetting)
      throws IOException {
    Map<String, Set<String>> left = new TreeMap<>(bySetting);
    String page = Files.readString(PAGE);
    String expected =
        page.lines()
            .map(line -> row(line, column, left))
            .collect(Collectors.joining("\n", "", "\n"));
    assertTrue(left.isEmpty(), () -> "no row has " + left);
    if (Boolean.getBoolean("ingest.docs.write")) {
      Files.writeString(PAGE, expected);
    }
    assertEquals(expected, Files.readString(PAGE));
  }

  private static String row(String line, int column, Map<String, Set<String>> bySetting) {
    String[] cells = cells(line);
    if (cells.length != CELLS) {
      return line;
    }
    Set<String> names = bySetting.remove(setting(cells));
    cells[column] =
        names == null ? "  " : names.stream().collect(Collectors.joining("`, `", " `", "` "));
    return String.join("|", cells);
  }

  /** Splits a row of settings; what is none has no cells. */
  static String[] cells(String line) {
    return line.startsWith("| `") ? line.split(BAR, -1) : new String[0];
  }

  static String setting(String[] cells) {
    return cells[1].strip().replace("`", "");
  }
}
