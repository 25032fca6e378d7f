package dev.ingest.core.engine;

import dev.ingest.core.Confirmation;
import dev.ingest.core.lifecycle.Clocks;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the ledger's time may be believed where an act cannot be taken back.
 *
 * <p>A clock that is ahead deletes too early. So the time is believed only as far as it was
 * measured: a control record keeps the latest ledger time that was believed, and how much of all
 * time up to there nobody measured. Between two looks of one node its monotonic time measures, with
 * a thousandth for clocks of different rates. Whatever the ledger's time advanced beyond that, be
 * it a jump of the clock or a pause of all nodes, which look the same, is added to what nobody
 * measured. As long as that is at most the grace, a deletion {@code grace} after expiry cannot come
 * before the expiry itself, whatever the clocks did. Beyond it nothing is believed any more until
 * someone confirms the time.
 *
 * <p>A ledger's time before the one believed last was set back, and one that stands still while
 * this node's runs is stuck: neither deletes early, but both say that something is wrong with it,
 * so they are not believed either, for as long as they last.
 *
 * <p>One node looks at a time, under its watcher's lease; another that takes over counts the time
 * in between as not measured. Not safe for use by several threads.
 */
final class ClockGuard {

  /** The record that keeps what was believed. */
  static final ControlRecord.Key KEY = new ControlRecord.Key("clock", "believed");

  private static final Duration TOLERANCE = Duration.ofSeconds(2);
  private static final Duration WINDOW = Duration.ofSeconds(10);
  private static final Duration LAG = Duration.ofMinutes(5);
  private static final Duration RECENT = Duration.ofSeconds(1);
  private static final int RATE_ALLOWANCE = 1_000;

  private final Node node;
  private final Duration allowance;
  private @Nullable Anchor anchor;
  private Optional<String> stuck = Optional.empty();
  private @Nullable Look recent;
  private long recentAt;

  ClockGuard(Node node, Duration allowance) {
    this.node = node;
    this.allowance = allowance;
  }

  /**
   * What a look found.
   *
   * @param time the ledger's time
   * @param clocks how far it can be relied on
   */
  record Look(Instant time, Clocks clocks) {

    boolean isBelieved() {
      return clocks.doubt().isEmpty();
    }

    Optional<String> doubt() {
      return clocks.doubt();
    }
  }

  /** A moment by both clocks, and the record's unmeasured time up to it. */
  private record Anchor(Instant ledger, long elapsed, long recordVersion) {}

  /** What the record says. */
  private record Believed(long version, Instant ledger, Duration unmeasured) {}

  /**
   * Tells those who do not keep the record themselves why the ledger's time is not to be believed:
   * whoever keeps it has not believed it for a while.
   *
   * @param node whose ledger it is
   * @return the reason; empty if there is no record yet
   */
  static Optional<String> disbelief(Node node) {
    Instant now = node.ledger().ledger().now();
    return node.ledger()
        .controls()
        .read(KEY)
        .map(ClockGuard::parse)
        .filter(believed -> now.isAfter(believed.ledger().plus(LAG)))
        .map(
            believed ->
                "the time %s of %s is not believed: the last that was is %s"
                    .formatted(now, node.ledger().name(), believed.ledger()));
  }

  /**
   * Keeps the ledger's time where none was believed before: to be called before anything is
   * accepted, so that a jump between then and the first look is seen.
   *
   * @param node whose ledger it is
   */
  static void begin(Node node) {
    if (node.ledger().controls().read(KEY).isEmpty()) {
      Believed first = new Believed(0, node.ledger().ledger().now(), Duration.ZERO);
      Outcome written = node.ledger().controls().write(body(first).record(1));
      if (written instanceof Outcome.Unknown unknown) {
        throw new IncompleteTickException(
            "whether the first time of " + node.ledger().name() + " was kept is not known",
            unknown.cause());
      }
    }
  }

  /**
   * Returns the last look if it is of this second, and looks again otherwise: for acts that follow
   * each other closely.
   */
  Look recent() {
    Look last = recent;
    return last != null && node.seams().elapsed().getAsLong() - recentAt < RECENT.toNanos()
        ? last
        : look();
  }

  /**
   * Returns the ledger's time, or the last that was believed if that is later: a time from which on
   * a grace may be counted although the clock was set back.
   *
   * @param node whose ledger it is
   */
  static Instant latest(Node node) {
    Instant now = node.ledger().ledger().now();
    return node.ledger()
        .controls()
        .read(KEY)
        .map(ClockGuard::parse)
        .map(believed -> later(now, believed))
        .orElse(now);
  }

  /** Looks at the ledger's time, and keeps it if it is believed. */
  Look look() {
    recent = null;
    long begun = node.seams().elapsed().getAsLong();
    Look found = lookNow();
    recentAt = begun;
    recent = found;
    return found;
  }

  private Look lookNow() {
    Instant now = node.ledger().ledger().now();
    long elapsed = node.seams().elapsed().getAsLong();
    Optional<Believed> stored = node.ledger().controls().read(KEY).map(ClockGuard::parse);
    if (stored.isEmpty()) {
      return keep(now, elapsed, new Believed(0, now, Duration.ZERO));
    }
    Believed believed = stored.get();
    if (now.isBefore(believed.ledger().minus(TOLERANCE))) {
      anchor = null;
      return doubt(
          now,
          "it is behind " + believed.ledger() + ", which was believed before: it was set back");
    }
    Anchor from = anchor;
    if (from == null || from.recordVersion() != believed.version()) {
      return judge(now, elapsed, believed, Duration.between(believed.ledger(), now));
    }
    Duration measured = Duration.ofNanos(Math.max(0, elapsed - from.elapsed()));
    Duration advanced = Duration.between(from.ledger(), now);
    boolean windowIsOver = measured.compareTo(WINDOW) >= 0;
    if (windowIsOver) {
      stuck = stuck(advanced, measured);
    }
    if (stuck.isPresent()) {
      anchor = windowIsOver ? new Anchor(now, elapsed, believed.version()) : from;
      return doubt(now, stuck.get());
    }
    Duration allowed = measured.plus(measured.dividedBy(RATE_ALLOWANCE)).plusMillis(1);
    Duration excess = advanced.minus(allowed);
    if (excess.isNegative() && !windowIsOver) {
      return new Look(now, new Clocks(believed.unmeasured(), Optional.empty()));
    }
    return judge(now, elapsed, believed, excess);
  }

  private static Optional<String> stuck(Duration advanced, Duration measured) {
    Duration least = measured.minus(measured.dividedBy(10)).minus(TOLERANCE);
    return advanced.compareTo(least) < 0
        ? Optional.of(
            "it advanced %s while %s passed here: it stands still".formatted(advanced, measured))
        : Optional.empty();
  }

  /**
   * Takes someone's word that the ledger's time is right.
   *
   * @param by who and why
   * @return the time that is believed from now on
   */
  Instant confirm(Act by) {
    Instant now = node.ledger().ledger().now();
    Confirmations.keep(
        node.ledger(),
        node.seams().randomBits().getAsLong(),
        Confirmation.Subject.TIME,
        now.toString(),
        by);
    long version = node.ledger().controls().read(KEY).map(ControlRecord::version).orElse(0L);
    Believed confirmed = new Believed(version, now, Duration.ZERO);
    Confirmations.requireApplied(
        node.ledger().controls().write(body(confirmed).record(version + 1)),
        "the confirmation of the time %s of %s".formatted(now, node.ledger().name()));
    return now;
  }

  private Look judge(Instant now, long elapsed, Believed believed, Duration excess) {
    Duration unmeasured = believed.unmeasured().plus(excess.isNegative() ? Duration.ZERO : excess);
    if (unmeasured.compareTo(allowance) > 0) {
      return doubt(
          now,
          "%s of the time up to it were not measured by any node, more than the grace of %s:"
                  .formatted(unmeasured.truncatedTo(ChronoUnit.SECONDS), allowance)
              + " a clock jumped, or the times in which no node looked, as at restarts, have added up"
              + " to that since the time was confirmed last");
    }
    return keep(now, elapsed, new Believed(believed.version(), later(now, believed), unmeasured));
  }

  private static Instant later(Instant now, Believed believed) {
    return now.isAfter(believed.ledger()) ? now : believed.ledger();
  }

  private Look keep(Instant now, long elapsed, Believed believed) {
    Outcome outcome = node.ledger().controls().write(body(believed).record(believed.version() + 1));
    if (!outcome.isApplied()) {
      anchor = null;
      return doubt(now, "another node looked at it at the same time: " + outcome);
    }
    anchor = new Anchor(now, elapsed, believed.version() + 1);
    return new Look(now, new Clocks(believed.unmeasured(), Optional.empty()));
  }

  private Look doubt(Instant now, String why) {
    return new Look(
        now,
        new Clocks(
            Duration.ZERO,
            Optional.of(
                "the time %s of %s is not believed: %s"
                    .formatted(now, node.ledger().name(), why))));
  }

  private static RecordBody body(Believed believed) {
    return RecordBody.of(KEY)
        .with("ledger", believed.ledger())
        .with("unmeasured", believed.unmeasured().toMillis());
  }

  private static Believed parse(ControlRecord record) {
    RecordBody body = RecordBody.parse(record);
    return new Believed(
        record.version(), body.time("ledger"), Duration.ofMillis(body.number("unmeasured")));
  }
}
