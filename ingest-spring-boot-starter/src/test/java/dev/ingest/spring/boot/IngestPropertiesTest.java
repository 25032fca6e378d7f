package dev.ingest.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditPolicy;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.spi.ledger.OwnerQuota;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

final class IngestPropertiesTest {

  @Test
  void defaults_areThoseOfTheEngine() {
    IngestProperties properties = bind(Map.of());
    assertTrue(properties.enabled());
    assertTrue(properties.autoStartup());
    assertTrue(properties.metrics().enabled());
    assertEquals(TimePolicy.DEFAULT, properties.times().policy());
    assertEquals(IntakeLimits.DEFAULT, properties.intake().limits());
    assertEquals(WorkPolicy.DEFAULT, properties.work().policy());
    assertEquals(ScrubPolicy.DEFAULT, properties.watch().scrub().policy());
    assertEquals(AuditPolicy.DEFAULT, properties.watch().audit().policy());
    assertNull(properties.expiry());
  }

  @Test
  void oneValueOfExpiry_takesTheEnginesDefaultsForTheOthers() {
    IngestProperties properties = bind(Map.of("ingest.expiry.grace", "3d"));
    IngestProperties.Expiry expiry = properties.expiry();
    assertTrue(expiry != null);
    assertEquals(ExpiryPolicy.DEFAULT, expiry.policy(TimePolicy.DEFAULT));
    TimePolicy tight =
        new TimePolicy(Duration.ofHours(1), Duration.ofDays(2), Duration.ofHours(12));
    assertEquals(List.of(Duration.ofHours(6), Duration.ofHours(1)), expiry.policy(tight).leads());
  }

  @Test
  void everyValue_reachesItsPolicy() {
    IngestProperties properties =
        bind(
            Map.ofEntries(
                Map.entry("ingest.times.target", "10m"),
                Map.entry("ingest.times.time-to-live", "20d"),
                Map.entry("ingest.times.repair-window", "5d"),
                Map.entry("ingest.intake.max-items", "10"),
                Map.entry("ingest.intake.max-item-size", "2MB"),
                Map.entry("ingest.intake.max-sequence-size", "3MB"),
                Map.entry("ingest.intake.max-open-sessions", "4"),
                Map.entry("ingest.intake.max-owner-size", "5MB"),
                Map.entry("ingest.intake.idle-time", "6h"),
                Map.entry("ingest.work.lease", "7s"),
                Map.entry("ingest.work.max-attempts", "8"),
                Map.entry("ingest.work.first-backoff", "9ms"),
                Map.entry("ingest.work.longest-backoff", "10s"),
                Map.entry("ingest.work.parallelism", "11"),
                Map.entry("ingest.watch.audit.every", "12h"),
                Map.entry("ingest.watch.audit.per-second", "13"),
                Map.entry("ingest.watch.scrub.enabled", "false"),
                Map.entry("ingest.watch.scrub.size-per-second", "1MB"),
                Map.entry("ingest.watch.scrub.age", "14d"),
                Map.entry("ingest.watch.scrub.failed-age", "15d"),
                Map.entry("ingest.watch.scrub.backend-digests", "true"),
                Map.entry("ingest.expiry.grace", "4d"),
                Map.entry("ingest.expiry.max-proof-age", "2d"),
                Map.entry("ingest.expiry.leads", "2d,3h"),
                Map.entry("ingest.expiry.unproven", "discard-unless-held"),
                Map.entry("ingest.expiry.per-second", "16"),
                Map.entry("ingest.expiry.quarantine", "17d")));
    TimePolicy times =
        new TimePolicy(Duration.ofMinutes(10), Duration.ofDays(20), Duration.ofDays(5));
    assertEquals(times, properties.times().policy());
    assertEquals(
        new IntakeLimits(10, 2 << 20, 3 << 20, new OwnerQuota(4, 5 << 20), Duration.ofHours(6)),
        properties.intake().limits());
    assertEquals(
        new WorkPolicy(Duration.ofSeconds(7), 8, Duration.ofMillis(9), Duration.ofSeconds(10), 11),
        properties.work().policy());
    assertEquals(
        new AuditPolicy(
            AuditPolicy.DEFAULT.withEvery(Duration.ofHours(12)).every(),
            AuditPolicy.DEFAULT.options().withPerSecond(13)),
        properties.watch().audit().policy());
    assertEquals(
        new ScrubPolicy(false, 1 << 20, Duration.ofDays(14), Duration.ofDays(15), true),
        properties.watch().scrub().policy());
    IngestProperties.Expiry expiry = properties.expiry();
    assertTrue(expiry != null);
    assertEquals(
        new ExpiryPolicy(
            Duration.ofDays(4),
            Duration.ofDays(2),
            List.of(Duration.ofDays(2), Duration.ofHours(3)),
            ExpiryPolicy.Unproven.DISCARD_UNLESS_HELD,
            16,
            Duration.ofDays(17)),
        expiry.policy(times));
  }

  @Test
  void audits_canBeLeftToPeople() {
    assertEquals(
        AuditPolicy.NEVER,
        bind(Map.of("ingest.watch.audit.enabled", "false")).watch().audit().policy());
  }

  private static IngestProperties bind(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("ingest", IngestProperties.class);
  }
}
