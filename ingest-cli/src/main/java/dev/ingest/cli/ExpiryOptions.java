package dev.ingest.cli;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.TimePolicy;
import java.time.Duration;
import picocli.CommandLine.Option;

/** When raw bytes may go. */
final class ExpiryOptions {

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "How long after its expiry a VERIFIED sequence keeps them (default: 3d).")
  private Duration grace = ExpiryPolicy.DEFAULT.grace();

  /** Refuses what cannot be, before anything is opened or made. */
  void check(TimePolicy times) {
    policy(times);
  }

  /** Fits the default to these times and to the grace. */
  ExpiryPolicy policy(TimePolicy times) {
    return ExpiryPolicy.defaultFor(times).withGrace(grace);
  }
}
