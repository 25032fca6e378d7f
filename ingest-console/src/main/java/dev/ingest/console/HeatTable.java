package dev.ingest.console;

import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.stream.Collectors;

/** What was accepted per hour, a row for each day: the more, the darker, and what failed in red. */
final class HeatTable {

  private static final int LEVELS = 4;
  private static final int THOUSAND = 1_000;

  private static final DateTimeFormatter MONTH_AND_DAY =
      DateTimeFormatter.ofPattern("MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);

  private HeatTable() {}

  static void write(Html html, Heat heat) {
    long most =
        heat.hours().values().stream()
            .mapToLong(counts -> counts.count(CensusCount.ACCEPTED))
            .max()
            .orElse(0);
    html.tag(
        "div",
        in ->
            in.tag(
                "table",
                table -> {
                  table.tag("thead", head -> head.tag("tr", HeatTable::heads));
                  table.tag(
                      "tbody",
                      body -> {
                        for (int day = Heat.DAYS - 1; day >= 0; day--) {
                          Instant first = heat.from().plus(Duration.ofDays(day));
                          body.tag("tr", row -> day(row, heat, first, most));
                        }
                      });
                },
                "class",
                "heat"),
        "class",
        "wide",
        "tabindex",
        "0",
        "role",
        "group",
        "aria-label",
        "Accepted per hour");
    html.text(
        "p",
        "As of " + heat.asOf() + "; a red hour has failed or lost ones, !, a sum that is wrong.",
        "class",
        "quiet");
  }

  private static void heads(Html row) {
    row.text("th", "Day", "scope", "col");
    for (int hour = 0; hour < Heat.HOURS; hour++) {
      row.text("th", "%02d".formatted(hour), "scope", "col");
    }
  }

  private static void day(Html row, Heat heat, Instant first, long most) {
    row.text("th", MONTH_AND_DAY.format(first), "scope", "row");
    for (int hour = 0; hour < Heat.HOURS; hour++) {
      Instant begins = first.plus(Duration.ofHours(hour));
      if (begins.isAfter(heat.asOf())) {
        row.tag("td", "class", "none");
      } else {
        hour(row, begins, heat.at(begins), most);
      }
    }
  }

  private static void hour(Html row, Instant begins, CensusCounts counts, long most) {
    long accepted = counts.count(CensusCount.ACCEPTED);
    boolean bad =
        counts.count(CensusCount.FAILED) + counts.count(CensusCount.LOST) > 0
            || !counts.isConsistent();
    row.text(
        "td",
        compact(accepted) + (counts.isConsistent() ? "" : "!"),
        "class",
        bad ? "bad" : "heat" + level(accepted, most),
        "title",
        begins + ": " + words(counts));
  }

  private static String words(CensusCounts counts) {
    return counts.counts().isEmpty()
        ? "nothing accepted"
        : counts.counts().entrySet().stream()
            .map(
                count ->
                    "%s %,d".formatted(count.getKey().name().replace('_', ' '), count.getValue()))
            .collect(Collectors.joining(", "));
  }

  /** 0 for none, then by quarters of the most. */
  private static long level(long accepted, long most) {
    return accepted <= 0 ? 0 : 1 + Math.min(LEVELS - 1, (accepted - 1) * LEVELS / most);
  }

  private static String compact(long count) {
    if (count < THOUSAND) {
      return Long.toString(count);
    }
    return count < THOUSAND * THOUSAND
        ? count / THOUSAND + "k"
        : count / (THOUSAND * THOUSAND) + "M";
  }
}
