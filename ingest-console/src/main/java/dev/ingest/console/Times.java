package dev.ingest.console;

import java.time.Duration;
import java.time.Instant;

/** Times as people read them. */
final class Times {

  private Times() {}

  /** How long it is until a time, or for how long it has passed. */
  static String left(Instant now, Instant until) {
    Duration left = Duration.between(now, until);
    return left.isNegative() ? "past by " + span(left.negated()) : span(left) + " left";
  }

  /** How long ago a time is; one to come, by clocks that differ, is now. */
  static String ago(Instant now, Instant then) {
    return span(Duration.between(then, now)) + " ago";
  }

  /** A length of time in its two largest units; a negative one is none. */
  static String span(Duration length) {
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
