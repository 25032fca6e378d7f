package dev.ingest.cli;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.core.TimePolicy;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When raw bytes may go; the same for all nodes of a ledger, which keeps it. */
final class ExpiryOptions {

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "How long past its expiry a sequence keeps its raw bytes (default: 3d).")
  private @Nullable Duration grace;

  @Option(
      names = "--max-proof-age",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "How old the proof of a result may be when its raw bytes go (default: 1d).")
  private @Nullable Duration maxProofAge;

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
          "What becomes of a sequence that is not proven past its expiry: ${COMPLETION-CANDIDATES}"
              + " (default: HOLD).")
  private @Nullable Unproven unproven;

  @Option(
      names = "--quarantine",
      paramLabel = "TIME",
      converter = TimeSpan.class,
      description = "How long bytes that were set aside stay before they go (default: 7d).")
  private @Nullable Duration quarantine;

  @Option(
      names = "--per-second",
      paramLabel = "N",
      description = "The most sequences that lose their bytes in a second (default: 500).")
  private @Nullable Integer perSecond;

  /** Refuses what cannot be, before anything is opened or made. */
  void check(TimePolicy times) {
    policy(times);
  }

  /** Tells whether anything was asked for; otherwise the ledger's policy counts. */
  boolean isGiven() {
    return grace != null
        || maxProofAge != null
        || unproven != null
        || perSecond != null
        || quarantine != null
        || !leads.isEmpty();
  }

  /** Fits the default to these times and to what was asked for. */
  ExpiryPolicy policy(TimePolicy times) {
    return changed(ExpiryPolicy.defaultFor(times));
  }

  /** Changes what was asked for and leaves the rest. */
  ExpiryPolicy changed(ExpiryPolicy before) {
    return new ExpiryPolicy(
        grace != null ? grace : before.grace(),
        maxProofAge != null ? maxProofAge : before.maxProofAge(),
        leads.isEmpty() ? before.leads() : leads,
        unproven != null ? unproven : before.unproven(),
        perSecond != null ? perSecond : before.perSecond(),
        quarantine != null ? quarantine : before.quarantine());
  }
}
