package dev.ingest.core.engine;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.Pipeline;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What must be there in which state, and what may be. Thread-safe. */
final class AuditRules {

  private static final String RUN_HEAD = "run/";

  private final AuditOptions options;
  private final Map<String, Pipeline> pipelines;

  AuditRules(AuditOptions options, Map<String, Pipeline> pipelines) {
    this.options = options;
    this.pipelines = Map.copyOf(pipelines);
  }

  /** What the ledger says of raw bytes or a result. */
  enum Presence {
    /** All must be there. */
    WHOLE,
    /** Anything may be there. */
    ANY,
    /** Nothing may be there. */
    NONE
  }

  static Presence raw(State state) {
    return switch (state) {
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, FAILED -> Presence.WHOLE;
      case EXPIRING, DISCARDING, LOST -> Presence.ANY;
      case EXPIRED, DISCARDED -> Presence.NONE;
    };
  }

  /** In what is in flight, FAILED or LOST, damage of an earlier result has been told already. */
  static Presence result(State state) {
    return switch (state) {
      case VERIFIED, EXPIRING, EXPIRED -> Presence.WHOLE;
      case ACCEPTED, PROCESSING, PROCESSED, FAILED, LOST, DISCARDING -> Presence.ANY;
      case DISCARDED -> Presence.NONE;
    };
  }

  /**
   * Tells whether output that the entry does not name may be there: a run is writing it, or the
   * sweeper has it marked, or will have when the sequence is settled.
   */
  static boolean mayLeaveOutput(AuditRow row) {
    return row.made().leftovers()
        || switch (row.state()) {
          case ACCEPTED, PROCESSING, PROCESSED, FAILED, LOST, EXPIRING, DISCARDING -> true;
          case VERIFIED, EXPIRED, DISCARDED -> false;
        };
  }

  /** Tells whether the row alone shows nothing wrong. */
  boolean isSound(AuditRow row, SequencePlace place, Instant now) {
    return !isStuck(row, now)
        && isProven(row, place)
        && isCovered(row)
        && !seemsEarly(row, now)
        && row.chain().length() > 0;
  }

  /**
   * Tells whether nobody goes on with what is to be done: work in flight, or the deletion of bytes
   * of which it was decided, and perhaps told to their owner, that they go.
   */
  boolean isStuck(AuditRow row, Instant now) {
    Instant due = row.progress().visibleAt();
    boolean isLong = due.isBefore(now.minus(options.stuckAfter()));
    if (isToBeDeleted(row.state())) {
      return isLong;
    }
    return row.state().isInFlight()
        && (isLong || (!row.progress().leased() && due.isAfter(now.plus(options.stuckAfter()))));
  }

  /** Tells whether it was decided that bytes go, and not yet found that they are gone. */
  static boolean isToBeDeleted(State state) {
    return state == State.EXPIRING || state == State.DISCARDING;
  }

  /** When it was proven does not count: the clock may have been set back since the acceptance. */
  static boolean isProven(AuditRow row, SequencePlace place) {
    if (result(row.state()) != Presence.WHOLE) {
      return true;
    }
    return row.published()
        .filter(published -> isOwn(place, published.result().prefix()))
        .isPresent();
  }

  private static boolean isOwn(SequencePlace place, ContentPrefix prefix) {
    return prefix.value().startsWith(RUN_HEAD)
        && prefix.value().startsWith(place.value(), RUN_HEAD.length());
  }

  boolean isCovered(AuditRow row) {
    return result(row.state()) != Presence.WHOLE
        || row.published().isEmpty()
        || row.published().get().result().manifest().count() >= leastItems(row);
  }

  /** The least number of items that a result can have, as far as this node knows the pipeline. */
  int leastItems(AuditRow row) {
    Pipeline pipeline = pipelines.get(row.made().pipeline());
    int uploaded = row.receipt().manifest().count();
    return pipeline == null ? 1 : Math.max(1, pipeline.expectation().leastItems(uploaded));
  }

  /** Finds the pipeline that made a result, if this node can judge it. */
  Optional<Pipeline> pipeline(AuditRow row) {
    return Optional.ofNullable(pipelines.get(row.made().pipeline())).filter(Pipeline::verifies);
  }

  /**
   * Whether it seems to have expired before its expiry; a clock that was set back shows the same.
   */
  static boolean seemsEarly(AuditRow row, Instant now) {
    return isGoing(row) && now.isBefore(row.receipt().expiresAt());
  }

  static boolean isGoing(AuditRow row) {
    return row.state() == State.EXPIRING || row.state() == State.EXPIRED;
  }
}
