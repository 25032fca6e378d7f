package dev.ingest.cli;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.core.TimePolicy;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** When raw bytes may go; the same for all nodes of a ledger. */
final class ExpiryOptions {

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "How long after its expiry a sequence keeps them (default: 3d).")
  private Duration grace = ExpiryPolicy.DEFAULT.grace();

  @Option(
      names = "--max-proof-age",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "How old the proof of a result may be when they go (default: 1d).")
  private Duration maxProofAge = ExpiryPolicy.DEFAULT.maxProofAge();

  @Option(
      names = "--lead",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description =
          "How long before its expiry an unproven sequence is told of; repeatable, longest first"
              + " (default: 72h, 24h, 6h, 1h).")
  private List<Duration> leads = List.of();

  @Option(
      names = "--unproven",
      paramLabel = "POLICY",
      description =
          "What becomes of what is not proven by then: ${COMPLETION-CANDIDATES} (default: HOLD).")
  private Unproven unproven = Unproven.HOLD;

  @Option(
      names = "--per-second",
      paramLabel = "N",
      description = "The most sequences that lose their bytes in a second (default: 500).")
  private int perSecond = ExpiryPolicy.DEFAULT.perSecond();

  /** Refuses what cannot be, before anything is opened or made. */
  void check(TimePolicy times) {
    policy(times);
  }

  /** Fits the default to these times and to what was asked for. */
  ExpiryPolicy policy(TimePolicy times) {
    ExpiryPolicy policy =
        ExpiryPolicy.defaultFor(times)
            .withGrace(grace)
            .withMaxProofAge(maxProofAge)
            .withUnproven(unproven)
            .withPerSecond(perSecond);
    return leads.isEmpty() ? policy : policy.withLeads(leads);
  }
}
