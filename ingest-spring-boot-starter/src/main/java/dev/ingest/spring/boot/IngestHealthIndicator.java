package dev.ingest.spring.boot;

import dev.ingest.core.Beat;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.Outlook;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * Whether everything that was accepted is accounted for and watched over.
 *
 * <p>DOWN if the last audit found anything, or a watcher is silent. UNKNOWN if that cannot be told:
 * the ledger does not answer, or has a record that cannot be read, no sentinel or no pump is seen
 * at work, no audit has ended lately, or it could not read everything. OUT_OF_SERVICE if the engine
 * of this process does not run. UP is what is left, and so never a guess.
 */
final class IngestHealthIndicator implements HealthIndicator {

  private static final Logger LOG = LoggerFactory.getLogger(IngestHealthIndicator.class);

  private final Outlook outlook;
  private final EngineLifecycle lifecycle;
  private final Duration auditWithin;

  IngestHealthIndicator(Outlook outlook, EngineLifecycle lifecycle, Duration auditWithin) {
    this.outlook = outlook;
    this.lifecycle = lifecycle;
    this.auditWithin = auditWithin;
  }

  @Override
  public Health health() {
    if (!lifecycle.isRunning()) {
      return Health.outOfService().withDetail("reason", "the engine is not running").build();
    }
    try {
      return read();
    } catch (LedgerException e) {
      LOG.warn("The health of the engine is unknown, since the ledger cannot be read", e);
      return Health.unknown()
          .withDetail("reason", "the ledger cannot be read")
          .withDetail("error", String.valueOf(e.getMessage()))
          .build();
    } catch (RuntimeException e) {
      // Thrown on, it would be the answer for the health of everything, and hide all of it.
      LOG.warn(
          "The health of the engine is unknown, since a record of the ledger cannot be read", e);
      return Health.unknown()
          .withDetail("reason", "the ledger has a record that this version cannot read")
          .withDetail("error", e.getClass().getSimpleName())
          .build();
    }
  }

  private Health read() {
    Instant now = outlook.now();
    List<Beat> beats = outlook.beats();
    Optional<LatestAudit> audit = outlook.latestAudit();
    List<String> silent =
        beats.stream().filter(beat -> beat.isSilent(now)).map(Beat::watcher).toList();
    List<String> missing = Outlook.unwatched(beats, now);
    Optional<Instant> contentOut = outlook.contentOutSince();
    Verdict verdict =
        worse(ofContent(contentOut), worse(ofWatchers(silent, missing), ofAudit(audit, now)));
    Health.Builder health =
        Health.status(verdict.status())
            .withDetail("reason", verdict.reason())
            .withDetail("silentWatchers", silent)
            .withDetail("missingWatchers", missing)
            .withDetail("blockedSequences", outlook.blockedSequences());
    contentOut.ifPresent(since -> health.withDetail("contentOutSince", since.toString()));
    audit.ifPresent(
        latest ->
            health
                .withDetail("auditEndedAt", latest.endedAt().toString())
                .withDetail("auditFindings", latest.findingCount())
                .withDetail("auditUnread", latest.unreadCount()));
    return health.build();
  }

  private record Verdict(Status status, String reason) {}

  private static Verdict ofContent(Optional<Instant> outSince) {
    return outSince
        .map(since -> new Verdict(Status.DOWN, "the content store is out since " + since))
        .orElse(new Verdict(Status.UP, "the content store is not told to be out"));
  }

  private static Verdict ofWatchers(List<String> silent, List<String> missing) {
    if (!silent.isEmpty()) {
      return new Verdict(Status.DOWN, "silent: " + String.join(", ", silent));
    }
    if (missing.isEmpty()) {
      return new Verdict(Status.UP, "watched");
    }
    return new Verdict(
        Status.UNKNOWN,
        missing.contains("sentinel")
            ? "no sentinel is seen at work: nobody tells of deadlines"
            : "no pump is seen at work: nobody sends alerts");
  }

  private Verdict ofAudit(Optional<LatestAudit> audit, Instant now) {
    if (auditWithin.isZero()) {
      return new Verdict(Status.UP, "audits do not count");
    }
    if (audit.isEmpty()) {
      return new Verdict(Status.UNKNOWN, "no audit has ended yet");
    }
    LatestAudit latest = audit.get();
    if (latest.findingCount() > 0) {
      return new Verdict(
          Status.DOWN, "the last audit has %d findings".formatted(latest.findingCount()));
    }
    if (latest.unreadCount() > 0) {
      return new Verdict(
          Status.UNKNOWN, "the last audit could not read %d parts".formatted(latest.unreadCount()));
    }
    return latest.endedAt().plus(auditWithin).isBefore(now)
        ? new Verdict(Status.UNKNOWN, "the last audit ended at " + latest.endedAt())
        : new Verdict(Status.UP, "everything is accounted for");
  }

  /** DOWN before UNKNOWN before UP; the audit's word where both are the same. */
  private static Verdict worse(Verdict watchers, Verdict audit) {
    return rank(watchers.status()) > rank(audit.status()) ? watchers : audit;
  }

  private static int rank(Status status) {
    return List.of(Status.UP, Status.UNKNOWN, Status.DOWN).indexOf(status);
  }
}
