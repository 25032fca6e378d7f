package dev.ingest.core.engine;

import dev.ingest.core.Reverification.Outcome;
import dev.ingest.core.ScrubPolicy;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Reads sequences back, one after the other at a bounded rate, and records what was found. What
 * changed while it was read is read again, once. For one thread.
 */
final class Scrub {

  /** After so many unreadable sequences in a row the store is probably out. */
  static final int MAX_OUTAGES_IN_A_ROW = 10;

  private static final int MAX_ATTEMPTS = 2;

  private final Node node;
  private final Committer committer;
  private final Pace pace;
  private final Reading reading;

  /**
   * Creates a scrub.
   *
   * @param node what it works for
   * @param committer takes what is found to the ledger
   * @param policy how fast, and whether the store is asked for digests
   * @param goOn called between pieces; throws to end early
   */
  Scrub(Node node, Committer committer, ScrubPolicy policy, Runnable goOn) {
    this.node = node;
    this.committer = committer;
    this.pace = new Pace(policy.bytesPerSecond(), node.seams(), goOn);
    this.reading = new Reading(node, policy.backendDigests(), pace);
  }

  /** What became of a sequence; a reason where it is not whole. */
  record Found(Outcome outcome, String why) {

    boolean isUnknown() {
      return outcome == Outcome.UNKNOWN;
    }
  }

  /** What is due by a policy, the most endangered first. */
  static List<DueQuery> due(ScrubPolicy policy, int page) {
    return List.of(
        due(DueQuery.Kind.RAW_PROOF, policy.failedAge(), page),
        due(DueQuery.Kind.PROOF, policy.age(), page));
  }

  private static DueQuery due(DueQuery.Kind kind, Duration age, int page) {
    return DueQuery.of(kind, age.negated(), page);
  }

  long bytes() {
    return pace.bytes();
  }

  /**
   * Reads a sequence and records what was found.
   *
   * @return what that is; empty if the sequence has come to a state meanwhile that has nothing to
   *     read
   */
  Optional<Found> read(Entry due) {
    Entry entry = due;
    for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      Instant at = node.ledger().ledger().now();
      Reading.Found found = reading.of(entry, at, Optional.empty());
      Optional<Found> recorded = record(entry, found);
      if (recorded.isPresent()) {
        return recorded;
      }
      Optional<Entry> reread =
          committer.read(due.key()).filter(now -> Reading.appliesTo(now.state()));
      if (reread.isEmpty()) {
        return Optional.empty();
      }
      entry = reread.get();
    }
    return Optional.of(new Found(Outcome.UNKNOWN, "it changed each time that it was read"));
  }

  /** Records what a reading found, or tells that the entry is not the one that was read. */
  private Optional<Found> record(Entry read, Reading.Found found) {
    Entry entry = read;
    for (Event event : found.events()) {
      Committer.Result result = committer.applyIfUnchanged(entry, event);
      if (result instanceof Committer.Result.Superseded) {
        return Optional.empty();
      } else if (result instanceof Committer.Result.Unknown unknown) {
        return Optional.of(
            new Found(
                Outcome.UNKNOWN,
                "whether it was recorded is not known: " + Failures.describe(unknown.cause())));
      }
      entry = ((Committer.Result.Committed) result).after();
    }
    return Optional.of(
        new Found(
            found.outcome(),
            found.findings().isEmpty() ? "" : Failures.describe(found.findings())));
  }
}
