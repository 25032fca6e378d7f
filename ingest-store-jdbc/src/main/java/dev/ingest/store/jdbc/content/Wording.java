package dev.ingest.store.jdbc.content;

import java.util.List;
import java.util.function.Supplier;

/**
 * Puts statements into the words of one database. They are written once, with {@code {now}} for the
 * time in milliseconds, {@code {lock}} for the locking of the rows that a SELECT found, {@code
 * {these}} for a condition on keys, and table names without their prefix.
 *
 * @param prefix what the names of the tables begin with
 * @param now the time in milliseconds, as an expression
 * @param lock what ends a SELECT that locks its rows
 * @param these a condition with one parameter, the text of a list of keys
 * @param brackets what begins and ends such a list
 */
record Wording(String prefix, Supplier<String> now, String lock, String these, String brackets) {

  static final String TABLES = "content_";

  String of(String text) {
    String worded = text.replace("{lock}", lock).replace("{these}", these);
    if (worded.contains("{now}")) {
      worded = worded.replace("{now}", now.get());
    }
    return prefix.isEmpty() ? worded : worded.replace(TABLES, prefix + TABLES);
  }

  String these(List<String> keys) {
    return brackets.charAt(0) + "\"" + String.join("\",\"", keys) + "\"" + brackets.charAt(1);
  }
}
