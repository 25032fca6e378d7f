package dev.ingest.store.jdbc.content;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Puts statements into the words of one database. They are written once, with {@code {now}} for the
 * time in milliseconds, {@code {lock}} for the locking of the rows that a SELECT found, {@code
 * {free}} for the same with those left out that others have locked, {@code {these}} for a condition
 * on keys, {@code {bodies}} for one on the numbers of bodies, and table names without their prefix.
 *
 * @param prefix what the names of the tables begin with
 * @param now the time in milliseconds, as an expression
 * @param lock what ends a SELECT that locks its rows
 * @param these a condition with one parameter, the text of a list of keys
 * @param bodies a condition with one parameter, the text of a list of numbers
 * @param brackets what begins and ends such a list
 */
record Wording(
    String prefix,
    Supplier<String> now,
    String lock,
    String these,
    String bodies,
    String brackets) {

  static final String TABLES = "content_";

  String of(String text) {
    String free = lock.isEmpty() ? lock : lock + " SKIP LOCKED";
    String worded =
        text.replace("{lock}", lock)
            .replace("{free}", free)
            .replace("{these}", these)
            .replace("{bodies}", bodies);
    if (worded.contains("{now}")) {
      worded = worded.replace("{now}", now.get());
    }
    return prefix.isEmpty() ? worded : worded.replace(TABLES, prefix + TABLES);
  }

  String these(List<String> keys) {
    return brackets.charAt(0) + "\"" + String.join("\",\"", keys) + "\"" + brackets.charAt(1);
  }

  String bodies(List<Long> bodies) {
    return bodies.stream()
        .map(String::valueOf)
        .collect(Collectors.joining(",", brackets.substring(0, 1), brackets.substring(1)));
  }
}
