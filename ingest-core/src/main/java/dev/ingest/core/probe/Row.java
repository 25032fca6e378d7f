package dev.ingest.core.probe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A row that a {@link JdbcProbe} read: its columns by their labels, whose case does not matter, as
 * the texts that the driver makes of them. Immutable; printed without its values.
 */
public final class Row {

  private final Map<String, Optional<String>> columns;

  /**
   * Takes a row.
   *
   * @param columns the texts by label; empty for NULL
   */
  public Row(Map<String, Optional<String>> columns) {
    Map<String, Optional<String>> byLabel = new LinkedHashMap<>();
    columns.forEach((label, text) -> byLabel.put(label.toLowerCase(Locale.ROOT), text));
    this.columns = Collections.unmodifiableMap(byLabel);
  }

  /**
   * Returns the text of a column.
   *
   * @param label the column's label
   * @return the text, or empty if it is NULL
   * @throws IllegalArgumentException if the query has no such column, which makes a probe UNKNOWN
   */
  public Optional<String> text(String label) {
    Optional<String> text = columns.get(label.toLowerCase(Locale.ROOT));
    if (text == null) {
      throw new IllegalArgumentException(
          "the row has no column " + label + ", only " + columns.keySet());
    }
    return text;
  }

  /**
   * Tells whether a column is there, not NULL and equal to a text.
   *
   * @param label the column's label
   * @param expected the text
   * @return whether it is
   */
  public boolean has(String label, String expected) {
    return text(label).filter(expected::equals).isPresent();
  }

  @Override
  public String toString() {
    return "row of " + columns.keySet();
  }
}
