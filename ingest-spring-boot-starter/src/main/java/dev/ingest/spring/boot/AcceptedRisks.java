package dev.ingest.spring.boot;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Risks by the names that properties give them. */
final class AcceptedRisks {

  private AcceptedRisks() {}

  /**
   * Finds them, in upper case or lower, with {@code _} or {@code -}.
   *
   * @throws SetupException if there is no such risk
   */
  static <R extends Enum<R>> Set<R> of(Class<R> type, String property, Collection<String> names) {
    Set<R> accepted = EnumSet.noneOf(type);
    for (String name : names) {
      String constant = name.strip().toUpperCase(Locale.ROOT).replace('-', '_');
      accepted.add(
          Arrays.stream(type.getEnumConstants())
              .filter(risk -> risk.name().equals(constant))
              .findFirst()
              .orElseThrow(
                  () ->
                      new SetupException(
                          "%s names the risk \"%s\", which does not exist"
                              .formatted(property, name),
                          "Name some of " + Arrays.toString(type.getEnumConstants()) + ".")));
    }
    return accepted;
  }
}
