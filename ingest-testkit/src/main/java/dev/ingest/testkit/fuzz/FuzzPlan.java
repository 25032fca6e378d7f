package dev.ingest.testkit.fuzz;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How long to look, and from where.
 *
 * @param seed the seed of the changes
 * @param time how much time of a processor to use beyond the {@value #LEAST_INPUTS} inputs that are
 *     always tried, so that a busy machine looks at no less; zero for a run that is the same each
 *     time
 * @param kept the folder to which inputs go that were refused in a new place; for a corpus to grow
 */
public record FuzzPlan(long seed, Duration time, Optional<Path> kept) {

  /** How many changed inputs are always tried. */
  public static final int LEAST_INPUTS = 2_000;

  /**
   * Reads the plan of this process: {@code ingest.fuzz.seconds} of a processor for each parser,
   * {@code ingest.fuzz.seed} and {@code ingest.fuzz.keep}; without them, the examples and as many
   * changed inputs as are always tried.
   *
   * @return the plan
   */
  public static FuzzPlan ofProperties() {
    return new FuzzPlan(
        Long.getLong("ingest.fuzz.seed", 1),
        Duration.ofSeconds(Long.getLong("ingest.fuzz.seconds", 0)),
        Optional.ofNullable(System.getProperty("ingest.fuzz.keep")).map(Path::of));
  }
}
