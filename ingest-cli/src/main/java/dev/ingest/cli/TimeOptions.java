package dev.ingest.cli;

import dev.ingest.core.TimePolicy;
import java.time.Duration;
import picocli.CommandLine.Option;

/** By when sequences are to be verified, and how long their raw bytes stay at least. */
final class TimeOptions {

  @Option(
      names = "--target",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "Within what time of its acceptance a sequence is to be verified (default: 1h).")
  private Duration target = TimePolicy.DEFAULT.target();

  @Option(
      names = "--time-to-live",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "How long after it its raw bytes stay at least (default: 30d).")
  private Duration timeToLive = TimePolicy.DEFAULT.timeToLive();

  @Option(
      names = "--repair-window",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "How long before their expiry someone can still act; no deadline is later (default: 7d).")
  private Duration repairWindow = TimePolicy.DEFAULT.repairWindow();

  /** Refuses combinations that leave no time, before anything is opened or made. */
  void check() {
    policy();
  }

  TimePolicy policy() {
    return new TimePolicy(target, timeToLive, repairWindow);
  }
}
