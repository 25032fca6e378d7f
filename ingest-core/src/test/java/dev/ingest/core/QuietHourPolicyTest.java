package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The rule by which an hour without traffic is missed, on made-up histories. */
final class QuietHourPolicyTest {

  private static final Instant HOUR = Instant.parse("2026-03-04T10:00:00Z");

  /** Traffic of one pipeline by how many hours ago. */
  private static Set<String> missing(QuietHourPolicy policy, Predicate<Long> hoursAgo) {
    return policy.missing(
        HOUR,
        then -> hoursAgo.test(Duration.between(then, HOUR).toHours()) ? Set.of("photo") : Set.of());
  }

  @Test
  void eachOfTheLastWeeks_expects() {
    assertEquals(Set.of("photo"), missing(QuietHourPolicy.DEFAULT, ago -> ago > 0));
    assertEquals(
        Set.of("photo"), missing(QuietHourPolicy.DEFAULT, ago -> ago > 0 && ago % (7 * 24) == 0));
  }

  @Test
  void anHourWithTraffic_isNotMissing() {
    assertEquals(Set.of(), missing(QuietHourPolicy.DEFAULT, ago -> true));
  }

  @Test
  void oneWeekWithout_expectsNothing() {
    assertEquals(Set.of(), missing(QuietHourPolicy.DEFAULT, ago -> ago > 0 && ago != 2 * 7 * 24));
  }

  @Test
  void lessHistoryThanWeeks_goesByDays() {
    Predicate<Long> nineDays = ago -> ago > 0 && ago < 9 * 24;
    assertEquals(Set.of("photo"), missing(QuietHourPolicy.DEFAULT, nineDays));
    assertEquals(Set.of(), missing(QuietHourPolicy.DEFAULT, nineDays.and(ago -> ago != 3 * 24)));
    assertEquals(Set.of(), missing(QuietHourPolicy.DEFAULT, ago -> ago > 0 && ago < 6 * 24));
  }

  @Test
  void withHistory_daysDoNotCount() {
    Predicate<Long> quietInThisHourBefore =
        ago -> ago > 0 && !(ago % (7 * 24) == 0 && ago > 7 * 24);
    assertEquals(Set.of(), missing(QuietHourPolicy.DEFAULT, quietInThisHourBefore));
  }

  @Test
  void work_isBoundedPerHour() {
    Set<Instant> read = new HashSet<>();
    QuietHourPolicy.DEFAULT.missing(
        HOUR,
        then -> {
          read.add(then);
          return then.isBefore(HOUR) ? Set.of("a", "b", "c") : Set.of();
        });
    assertTrue(read.size() <= 1 + 24 + 4 + 7, "hours read: " + read.size());
  }

  @Test
  void policyWithoutWeeksAndDays_isOffAndAsksNothing() {
    Duration settle = Duration.ofMinutes(5);
    QuietHourPolicy off = new QuietHourPolicy(settle, 0, 0);
    assertFalse(off.isOn());
    Set<Instant> read = new HashSet<>();
    off.missing(
        HOUR,
        then -> {
          read.add(then);
          return Set.of();
        });
    assertEquals(Set.of(), read);
    assertTrue(new QuietHourPolicy(settle, 1, 0).isOn());
    assertTrue(new QuietHourPolicy(settle, 0, 1).isOn());
  }

  @Test
  void weeksOrDaysAlone_expectByThemselves() {
    QuietHourPolicy weekly = new QuietHourPolicy(Duration.ofMinutes(5), 1, 0);
    assertEquals(Set.of("photo"), missing(weekly, ago -> ago == 7 * 24));
    assertEquals(Set.of(), missing(weekly, ago -> ago > 0 && ago < 7 * 24));
    QuietHourPolicy daily = new QuietHourPolicy(Duration.ofMinutes(5), 0, 1);
    assertEquals(Set.of("photo"), missing(daily, ago -> ago == 24));
    assertEquals(Set.of(), missing(daily, ago -> ago > 24));
  }

  @Test
  void eachWeekAndEachDay_hasToHaveHadSome() {
    QuietHourPolicy days = new QuietHourPolicy(Duration.ofMinutes(5), 0, 2);
    assertEquals(Set.of(), missing(days, ago -> ago == 24 || ago == 5));
    QuietHourPolicy weeks = new QuietHourPolicy(Duration.ofMinutes(5), 2, 0);
    assertEquals(Set.of(), missing(weeks, ago -> ago == 7 * 24));
    assertEquals(Set.of("photo"), missing(weeks, ago -> ago == 7 * 24 || ago == 14 * 24));
  }

  @Test
  void dayOfHistory_endsWithTheHourOfWeeksAgo() {
    QuietHourPolicy both = new QuietHourPolicy(Duration.ofMinutes(5), 1, 1);
    // Known for a week, and quiet in this hour then: yesterday does not count.
    assertEquals(Set.of(), missing(both, ago -> ago == 24 || ago == 7 * 24 + 23));
    // Not known for a week: yesterday decides.
    assertEquals(Set.of("photo"), missing(both, ago -> ago == 24 || ago == 8 * 24));
    assertEquals(Set.of("photo"), missing(both, ago -> ago == 24 || ago == 7 * 24 - 1));
  }

  @Test
  void greatestBounds_areTaken() {
    assertEquals(8, new QuietHourPolicy(Duration.ofHours(1), 8, 28).weeks());
    assertEquals(0, new QuietHourPolicy(Duration.ofMinutes(1), 0, 0).days());
    for (Duration settle : List.of(Duration.ofSeconds(59), Duration.ofMinutes(61))) {
      assertThrows(ConfigurationException.class, () -> new QuietHourPolicy(settle, 4, 7));
    }
    Duration settle = Duration.ofMinutes(5);
    assertThrows(ConfigurationException.class, () -> new QuietHourPolicy(settle, -1, 7));
    assertThrows(ConfigurationException.class, () -> new QuietHourPolicy(settle, 4, -1));
  }

  @Test
  void badBounds_refused() {
    assertThrows(ConfigurationException.class, () -> new QuietHourPolicy(Duration.ZERO, 4, 7));
    assertThrows(
        ConfigurationException.class, () -> new QuietHourPolicy(Duration.ofMinutes(5), 9, 7));
    assertThrows(
        ConfigurationException.class, () -> new QuietHourPolicy(Duration.ofMinutes(5), 4, 29));
  }
}
