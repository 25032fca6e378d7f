package dev.ingest.cli;

import dev.ingest.core.TimePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** By when sequences are to be verified, and how long their raw bytes stay at least. */
final class TimeOptions {

  @Option(
      names = "--target",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "Within what time of its acceptance, or of its redrive, a sequence is to be verified"
              + " (default: 1h).")
  private @Nullable Duration target;

  @Option(
      names = "--time-to-live",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "How long after its acceptance a sequence's raw bytes stay at least (default: 30d).")
  private @Nullable Duration timeToLive;

  @Option(
      names = "--repair-window",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "How long before raw bytes expire someone can still act; no deadline is later (default: 7d).")
  private @Nullable Duration repairWindow;

  /** Refuses combinations that leave no time, before anything is opened or made. */
  void check() {
    policy();
  }

  TimePolicy policy() {
    TimePolicy standard = TimePolicy.DEFAULT;
    return new TimePolicy(
        target == null ? standard.target() : target,
        timeToLive == null ? standard.timeToLive() : timeToLive,
        repairWindow == null ? standard.repairWindow() : repairWindow);
  }

  /** Returns the options that the caller left to their defaults. */
  List<String> left() {
    List<String> left = new ArrayList<>();
    if (target == null) {
      left.add("--target");
    }
    if (timeToLive == null) {
      left.add("--time-to-live");
    }
    if (repairWindow == null) {
      left.add("--repair-window");
    }
    return left;
  }
}
