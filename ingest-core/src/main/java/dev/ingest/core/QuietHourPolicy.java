package dev.ingest.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * When an hour without a single acceptance is told of: once it is over for a while, if there was
 * some in the same hour of the week in each of the last weeks; or, as long as the pipeline accepts
 * for less time than that, in the same hour of each of the last days. Hours are those of UTC. Less
 * history than that expects nothing, so that a young deployment hears of nothing.
 *
 * @param settle how long after its end an hour is judged, so that what was accepted in its last
 *     moments is committed; 1 minute to 1 hour
 * @param weeks how many weeks must have had some, 1 to 8; 0 to be told of nothing
 * @param days how many days must have had some while there is less history, 1 to 28; 0 to be told
 *     of nothing before there is more
 */
public record QuietHourPolicy(Duration settle, int weeks, int days) {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final int HOURS_A_DAY = 24;
  private static final int DAYS_A_WEEK = 7;

  /** 10 minutes, 4 weeks, 7 days. */
  public static final QuietHourPolicy DEFAULT = new QuietHourPolicy(Duration.ofMinutes(10), 4, 7);

  /** No hour is told of. */
  public static final QuietHourPolicy OFF = new QuietHourPolicy(Duration.ofMinutes(10), 0, 0);

  /**
   * Validates the bounds.
   *
   * @param settle how long after its end an hour is judged
   * @param weeks how many weeks must have had some
   * @param days how many days must have had some while there is less history
   */
  public QuietHourPolicy {
    if (settle.compareTo(Duration.ofMinutes(1)) < 0
        || settle.compareTo(HOUR) > 0
        || weeks < 0
        || weeks > 8
        || days < 0
        || days > 28) {
      throw new ConfigurationException(
          "quiet hours are judged 1 min to 1 h after their end, by 0 to 8 weeks and 0 to 28 days;"
              + " got settle=%s, weeks=%d, days=%d".formatted(settle, weeks, days));
    }
  }

  /**
   * Tells whether anything is expected at all.
   *
   * @return false if no hour is told of
   */
  public boolean isOn() {
    return weeks > 0 || days > 0;
  }

  /**
   * Names the pipelines of which nothing was accepted in an hour and should have been. Asks for at
   * most 36 hours, with the default bounds, however many pipelines there are.
   *
   * @param hour when it begins
   * @param accepting names the pipelines that accepted something in an hour
   * @return the names of the pipelines that were expected and are missing
   */
  public Set<String> missing(Instant hour, Function<Instant, Set<String>> accepting) {
    Set<String> seen = new TreeSet<>();
    if (weeks > 0) {
      seen.addAll(accepting.apply(hour.minus(week(1))));
    }
    if (days > 0) {
      seen.addAll(accepting.apply(hour.minus(day(1))));
    }
    if (!seen.isEmpty()) {
      seen.removeAll(accepting.apply(hour));
    }
    seen.removeIf(pipeline -> !isExpected(hour, then -> accepting.apply(then).contains(pipeline)));
    return seen;
  }

  /** Whether it accepted anything in the day that ends with the hour of weeks ago decides. */
  private boolean isExpected(Instant hour, Predicate<Instant> accepted) {
    boolean known =
        weeks > 0
            && IntStream.range(0, HOURS_A_DAY)
                .anyMatch(h -> accepted.test(hour.minus(week(weeks)).minus(HOUR.multipliedBy(h))));
    if (known) {
      return IntStream.rangeClosed(1, weeks).allMatch(w -> accepted.test(hour.minus(week(w))));
    }
    return days > 0
        && IntStream.rangeClosed(1, days).allMatch(d -> accepted.test(hour.minus(day(d))));
  }

  private static Duration week(int number) {
    return Duration.ofDays((long) DAYS_A_WEEK * number);
  }

  private static Duration day(int number) {
    return Duration.ofDays(number);
  }
}
