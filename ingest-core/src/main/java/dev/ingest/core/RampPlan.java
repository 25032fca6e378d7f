package dev.ingest.core;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.time.Duration;
import java.util.List;

/**
 * The steps by which one pipeline takes the place of another. At each step the candidate gets so
 * many hundredths of what goes to both, and the base the rest; other pipelines of the route keep
 * their shares.
 *
 * <p>The next step comes when the time and the count of the step are reached, something came
 * through the candidate well, and it is not significantly worse than the base. A candidate that is
 * much worse is rolled back ({@link RollbackPolicy}). At a last step of 100 the base gets nothing,
 * so that the candidate is compared with what the base came to in the step before; a plan that
 * begins with 100 cannot be begun.
 *
 * @param base the pipeline that is replaced
 * @param candidate the pipeline that replaces it
 * @param percents the steps, 1 to 20 of them, each higher than the one before, 1 to 100
 * @param minTime how long each step lasts at least, 10 s to 30 days
 * @param minCount how many of its sequences the candidate has at least verified or failed in each
 *     step, 1 to 1,000,000
 */
public record RampPlan(
    String base, String candidate, List<Integer> percents, Duration minTime, int minCount) {

  private static final int MAX_STEPS = 20;
  private static final int WHOLE = 100;
  private static final int MAX_COUNT = 1_000_000;
  private static final Duration SHORTEST = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofDays(30);

  /**
   * Copies the list and validates the bounds.
   *
   * @param base the pipeline that is replaced
   * @param candidate the pipeline that replaces it
   * @param percents the steps
   * @param minTime how long each step lasts at least
   * @param minCount how many of its sequences the candidate has verified or failed in each step
   */
  public RampPlan {
    percents = List.copyOf(percents);
    if (base.equals(candidate)) {
      throw new InvalidValueException(Kind.TEXT, base, "base and candidate of a ramp plan differ");
    }
    if (percents.isEmpty() || percents.size() > MAX_STEPS) {
      throw new InvalidValueException(
          Kind.NUMBER, percents.toString(), "a ramp plan has 1 to " + MAX_STEPS + " steps");
    }
    int last = 0;
    for (int percent : percents) {
      if (percent <= last || percent > WHOLE) {
        throw new InvalidValueException(
            Kind.NUMBER,
            percents.toString(),
            "the steps of a ramp plan are 1 to 100 per cent, each higher than the one before");
      }
      last = percent;
    }
    if (minTime.compareTo(SHORTEST) < 0 || minTime.compareTo(LONGEST) > 0) {
      throw new InvalidValueException(
          Kind.TIME, minTime.toString(), "a step lasts from " + SHORTEST + " to " + LONGEST);
    }
    if (minCount < 1 || minCount > MAX_COUNT) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(minCount), "a step counts 1 to " + MAX_COUNT);
    }
  }

  /**
   * Makes the plan of 1, 10, 50 and 100 per cent, with an hour and 100 sequences for each.
   *
   * @param base the pipeline that is replaced
   * @param candidate the pipeline that replaces it
   * @return the plan
   */
  public static RampPlan of(String base, String candidate) {
    return new RampPlan(base, candidate, List.of(1, 10, 50, WHOLE), Duration.ofHours(1), WHOLE);
  }

  /**
   * Returns the candidate's weight at a step.
   *
   * @param step the step, from 0
   * @return 1 to 100; that of the base is the rest of 100
   */
  public int weight(int step) {
    return percents.get(step);
  }
}
