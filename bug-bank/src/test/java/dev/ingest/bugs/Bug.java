package dev.ingest.bugs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A bug that is planted on purpose.
 *
 * @param name its number and a short name: the file without its extension
 * @param title what somebody did wrong
 * @param breaks the promises that it breaks, by their numbers
 * @param test what has to catch it
 * @param caughtBy a part of the message with which the test fails
 * @param edits the changes that plant it
 */
record Bug(
    String name, String title, String breaks, NamedTest test, String caughtBy, List<Edit> edits) {

  private static final String EDIT = "edit";
  private static final Set<String> FIELDS = Set.of("title", "breaks", "test", "caught-by");

  /** Its number, with which its name begins. */
  int number() {
    return Integer.parseInt(name.substring(0, name.indexOf('-')));
  }

  /**
   * Reads a bug: lines of {@code field: value}, then for each change a line {@code edit: file}, the
   * lines to be found after {@code -}, and those that take their place after {@code +}. A space
   * after the sign belongs to it. What is found may begin and end within a line of the source.
   */
  static Bug parse(String name, List<String> lines) {
    Map<String, String> fields = new LinkedHashMap<>();
    List<Edit> edits = new ArrayList<>();
    int next = 0;
    while (next < lines.size()) {
      String line = lines.get(next++);
      if (line.isBlank()) {
        continue;
      }
      int colon = line.indexOf(": ");
      String field = colon < 0 ? "" : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 2);
      if (field.equals(EDIT)) {
        String before = block(lines, next, '-');
        next += count(lines, next, '-');
        String after = block(lines, next, '+');
        next += count(lines, next, '+');
        edits.add(new Edit(value, before, after));
      } else if (!FIELDS.contains(field) || value.isBlank() || fields.put(field, value) != null) {
        throw new BugBankException(name + ": no field, without a value, or given twice: " + line);
      }
    }
    if (!fields.keySet().equals(FIELDS) || edits.isEmpty() || edits.stream().anyMatch(Bug::idle)) {
      throw new BugBankException(name + ": expected " + FIELDS + " and edits that change a text");
    }
    return new Bug(
        name,
        fields.getOrDefault("title", ""),
        fields.getOrDefault("breaks", ""),
        NamedTest.parse(fields.getOrDefault("test", ""), name),
        fields.getOrDefault("caught-by", ""),
        List.copyOf(edits));
  }

  private static boolean idle(Edit edit) {
    return edit.before().isBlank() || edit.before().equals(edit.after());
  }

  private static int count(List<String> lines, int from, char sign) {
    int at = from;
    while (at < lines.size() && !lines.get(at).isEmpty() && lines.get(at).charAt(0) == sign) {
      at++;
    }
    return at - from;
  }

  private static String block(List<String> lines, int from, char sign) {
    return String.join(
        "\n",
        lines.subList(from, from + count(lines, from, sign)).stream()
            .map(line -> line.substring(Math.min(2, line.length())))
            .toList());
  }
}
