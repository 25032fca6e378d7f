package dev.ingest.cli.bag;

import java.util.regex.Pattern;

/**
 * A line of {@code bag-info.txt}.
 *
 * @param name the label, ASCII letters, digits and dashes
 * @param value its value, one line of printable ASCII
 */
public record Label(String name, String value) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]+");
  private static final Pattern VALUE = Pattern.compile("[!-~]([ -~]*[!-~])?");

  /**
   * Refuses what would become another line.
   *
   * @param name the label
   * @param value its value
   */
  public Label {
    if (!NAME.matcher(name).matches() || !VALUE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "a label of bag-info.txt is one line of printable ASCII, got %s and %s"
              .formatted(BagException.quoted(name), BagException.quoted(value)));
    }
  }

  String line() {
    return name + ": " + value + "\n";
  }
}
