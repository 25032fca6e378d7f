package dev.ingest.micrometer;

import dev.ingest.core.Beat;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.Outlook;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the figures of a ledger, in parts of which each may fail by itself: what could not be read
 * is left out, counted and logged. A reading costs a bounded number of calls, and looks at no more
 * than two pages of {@value #LOOKED_AT} entries at each level of escalation, and ten of what is in
 * flight. For one thread at a time.
 */
final class FigureReader {

  /** How many unproven entries are looked at for what is at risk. */
  static final int LOOKED_AT = 1_000;

  /** How many tables are told apart. */
  static final int MAX_TABLES = 30;

  private static final Logger LOG = LoggerFactory.getLogger(FigureReader.class);

  private final LedgerStore ledger;
  private final Outlook outlook;
  private final Supplier<Map<String, Long>> deadTuples;
  private final Bounded<String> tables = new Bounded<>(MAX_TABLES, Bounded.OTHER);
  private final MeterRegistry registry;

  FigureReader(
      LedgerStore ledger,
      Outlook outlook,
      Supplier<Map<String, Long>> deadTuples,
      MeterRegistry registry) {
    this.ledger = ledger;
    this.outlook = outlook;
    this.deadTuples = deadTuples;
    this.registry = registry;
    for (Part part : Part.values()) {
      unread(part).increment(0);
    }
  }

  /** Counts what could not be read; shown from the beginning, so that its growth is seen. */
  private Counter unread(Part part) {
    return Counter.builder(IngestMeter.FIGURES_UNREAD.dotted())
        .description(IngestMeter.FIGURES_UNREAD.description())
        .tag(IngestMeter.Tags.PART, IngestMeters.lower(part))
        .register(registry);
  }

  /** What is read by itself. */
  enum Part {
    CENSUS,
    LATENESS,
    BLOCKED,
    AUDIT,
    SCRUB,
    ALERTS,
    WATCHERS,
    TABLES
  }

  /**
   * One series.
   *
   * @param meter the meter
   * @param tag the value of its tag; empty without one
   */
  record Series(IngestMeter meter, String tag) {

    static Series of(IngestMeter meter) {
      return new Series(meter, "");
    }
  }

  /** Reads what can be read. */
  Map<Series, Double> read() {
    Map<Series, Double> figures = new HashMap<>();
    for (Part part : Part.values()) {
      Map<Series, Double> read = new HashMap<>();
      try {
        read(part, read);
        figures.putAll(read);
      } catch (RuntimeException e) {
        unread(part).increment();
        LOG.warn("the {} of {} could not be read for metrics", part, ledger.name(), e);
      }
    }
    return figures;
  }

  private void read(Part part, Map<Series, Double> into) {
    switch (part) {
      case CENSUS -> census(ledger.ledger().census(Optional.empty()), into);
      case LATENESS -> lateness(into);
      case BLOCKED -> put(into, IngestMeter.BLOCKED, outlook.blockedSequences());
      case AUDIT -> outlook.latestAudit().ifPresent(audit -> audit(audit, into));
      case SCRUB ->
          put(into, IngestMeter.SCRUB_AGE, outlook.oldestProof().map(this::age).orElse(0.0));
      case ALERTS -> alerts(into);
      case WATCHERS -> watchers(into);
      case TABLES ->
          deadTuples
              .get()
              .forEach(
                  (table, dead) ->
                      into.merge(
                          new Series(IngestMeter.DEAD_TUPLES, tables.of(table)),
                          dead.doubleValue(),
                          Double::sum));
    }
  }

  private static void census(Census census, Map<Series, Double> into) {
    for (State state : State.values()) {
      into.put(
          new Series(IngestMeter.SEQUENCES, IngestMeters.lower(state)),
          (double) census.count(state));
    }
    put(into, IngestMeter.SESSIONS_OPEN, census.openSessions());
  }

  private void lateness(Map<Series, Double> into) {
    Outlook.Lateness late = outlook.lateness(LOOKED_AT);
    put(into, IngestMeter.AT_RISK, late.atRisk());
    put(into, IngestMeter.UNPROVEN_CUT_OFF, late.isCutOff() ? 1L : 0L);
    if (late.overdue() > 0 || late.isZeroKnown()) {
      put(into, IngestMeter.OVERDUE, late.overdue());
    }
    if (late.oldest().isPresent() || late.isZeroKnown()) {
      put(into, IngestMeter.OLDEST_OPEN_AGE, late.oldest().map(this::age).orElse(0.0));
    }
  }

  private void audit(LatestAudit audit, Map<Series, Double> into) {
    put(into, IngestMeter.AUDIT_AGE, age(audit.endedAt()));
    if (audit.unreadCount() == 0) {
      put(into, IngestMeter.UNACCOUNTED, audit.findingCount());
    }
  }

  /**
   * A row does not tell when it was raised before it is in a digest. But each digest takes all rows
   * that are there, so those that wait have come since the last one.
   */
  private void alerts(Map<Series, Double> into) {
    AlertOutbox alerts = ledger.alerts();
    long pending = alerts.pending();
    List<AlertDigest> unsent = alerts.unsent(AlertOutbox.MAX_UNSENT);
    put(into, IngestMeter.ALERTS_PENDING, pending);
    put(into, IngestMeter.ALERTS_UNSENT, unsent.size());
    Optional<AlertDigest> telling = oldestTelling(unsent);
    if (pending == 0 && telling.isEmpty()) {
      put(into, IngestMeter.ALERTS_WAITING_AGE, 0);
      return;
    }
    telling
        .or(() -> alerts.latest(1).stream().findFirst())
        .ifPresent(digest -> put(into, IngestMeter.ALERTS_WAITING_AGE, age(digest.sealedAt())));
  }

  /**
   * Finds the oldest that has a line, as no alert waits in one without. Behind as many without as
   * one call returns there may be one with, sealed since the last of these.
   */
  private static Optional<AlertDigest> oldestTelling(List<AlertDigest> unsent) {
    return unsent.stream()
        .filter(digest -> !digest.lines().isEmpty())
        .findFirst()
        .or(
            () ->
                unsent.size() < AlertOutbox.MAX_UNSENT
                    ? Optional.empty()
                    : Optional.of(unsent.get(unsent.size() - 1)));
  }

  private void watchers(Map<Series, Double> into) {
    Instant now = ledger.ledger().now();
    List<Beat> beats = outlook.beats();
    put(
        into,
        IngestMeter.WATCHERS_SILENT,
        beats.stream().filter(beat -> beat.isSilent(now)).count());
    put(into, IngestMeter.WATCHERS_MISSING, Outlook.unwatched(beats, now).size());
    put(
        into,
        IngestMeter.CONTENT_OUT_AGE,
        outlook.contentOutSince().map(since -> age(since, now)).orElse(0.0));
    beats.forEach(
        beat ->
            into.put(
                new Series(IngestMeter.WATCHER_BEAT_AGE, beat.watcher()), age(beat.last(), now)));
  }

  private double age(Instant since) {
    return age(since, ledger.ledger().now());
  }

  private static double age(Instant since, Instant now) {
    return Math.max(0, Duration.between(since, now).toMillis() / 1_000.0);
  }

  private static void put(Map<Series, Double> into, IngestMeter meter, long value) {
    put(into, meter, (double) value);
  }

  private static void put(Map<Series, Double> into, IngestMeter meter, double value) {
    into.put(Series.of(meter), value);
  }
}
