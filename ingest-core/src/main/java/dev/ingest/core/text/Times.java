package dev.ingest.core.text;

import java.time.Duration;
import java.time.Instant;

/** Times as people read them, in their two largest units. */
public final class Times {

  private Times() {}

  /**
   * Tells how long it is until a time, or for how long it has passed.
   *
   * @param now the time from which is counted
   * @param until the time
   * @return such as {@code 2 d 4 h left}, or {@code past by 5 min 3 s}
   */
  public static String left(Instant now, Instant until) {
    Duration left = Duration.between(now, until);
    return left.isNegative() ? "past by " + span(left.negated()) : span(left) + " left";
  }

  /**
   * Tells how long ago a time is; one to come, by clocks that differ, is now.
   *
   * @param now the time from which is counted
   * @param then the time
   * @return such as {@code 5 min 3 s ago}
   */
  public static String ago(Instant now, Instant then) {
    return span(Duration.between(then, now)) + " ago";
  }

  /**
   * Tells a length of time.
   *
   * @param length the length; a negative one, from clocks that differ, is none
   * @return such as {@code 2 d 4 h}, in whole seconds
   */
  public static String span(Duration length) {
    Duration time = length.isNegative() ? Duration.ZERO : length;
    if (time.toDays() > 0) {
      return "%d d %d h".formatted(time.toDays(), time.toHoursPart());
    } else if (time.toHours() > 0) {
      return "%d h %d min".formatted(time.toHours(), time.toMinutesPart());
    }
    return time.toMinutes() > 0
        ? "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart())
        : "%d s".formatted(time.toSeconds());
  }
}
