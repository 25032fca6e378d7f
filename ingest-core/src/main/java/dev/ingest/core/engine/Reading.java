package dev.ingest.core.engine;

import dev.ingest.core.Finding;
import dev.ingest.core.Reverification.Outcome;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads everything of a sequence back that its state says must be stored, and says what is to be
 * recorded.
 *
 * <p>Damage withdraws a result, so it counts only if a second reading says the same; and where
 * bytes are missing, only if the content store is the one that the ledger is bound to, with all of
 * its parts. What could not be read is neither whole nor damaged. For one thread.
 */
final class Reading {

  private final Node node;
  private final boolean asksBackend;
  private final Examiner.Meter meter;
  private final Certainty certainty;

  /**
   * Creates a reading.
   *
   * @param node what it works for
   * @param asksBackend whether digests that the backend computes over what it stores suffice
   * @param meter hears of the bytes as they are read
   */
  Reading(Node node, boolean asksBackend, Examiner.Meter meter) {
    this.node = node;
    this.asksBackend = asksBackend;
    this.meter = meter;
    this.certainty = new Certainty(node);
  }

  /**
   * What was found.
   *
   * @param outcome what is known
   * @param findings what is damaged or could not be read
   * @param events what is to be recorded, in order
   */
  record Found(Outcome outcome, List<Finding> findings, List<Event> events) {

    Found {
      findings = List.copyOf(findings);
      events = List.copyOf(events);
    }
  }

  /** Tells whether sequences in a state have bytes that a reading dates. */
  static boolean appliesTo(State state) {
    return switch (state) {
      case VERIFIED, EXPIRED, FAILED -> true;
      case ACCEPTED, PROCESSING, PROCESSED, EXPIRING, DISCARDING, DISCARDED, LOST -> false;
    };
  }

  /**
   * Reads.
   *
   * @param entry an entry in a state that this applies to
   * @param at the ledger's time now, before anything is read
   * @param by who has it read and why, if a person does
   */
  Found of(Entry entry, Instant at, Optional<Act> by) {
    Sets first = examine(entry);
    if (!first.isDamaged()) {
      return found(entry, first, at, by);
    }
    Sets second = examine(entry);
    if (!second.isDamaged()) {
      return found(entry, second, at, by);
    }
    return Certainty.isSame(first.all(), second.all())
        ? found(entry, second, at, by)
        : new Found(Outcome.UNKNOWN, second.all(), List.of());
  }

  /** What was found of the raw bytes and of the result. */
  private record Sets(List<Finding> raw, List<Finding> result) {

    boolean isDamaged() {
      return !damage().isEmpty();
    }

    boolean isUnread() {
      return all().stream().anyMatch(finding -> finding.kind() == Finding.Kind.UNREADABLE);
    }

    List<Finding> all() {
      return Stream.concat(raw.stream(), result.stream()).toList();
    }

    List<Finding> damage() {
      return Certainty.damage(all());
    }
  }

  private Sets examine(Entry entry) {
    List<Finding> raw =
        AuditRules.raw(entry.state()) == AuditRules.Presence.WHOLE
            ? examine(StoredSet.raw(entry))
            : List.of();
    List<Finding> result =
        AuditRules.result(entry.state()) == AuditRules.Presence.WHOLE
            ? examine(StoredSet.output(entry.key(), entry.published().orElseThrow().result()))
            : List.of();
    return new Sets(raw, result);
  }

  private List<Finding> examine(StoredSet set) {
    Examiner examiner = new Examiner(node.content(), meter);
    if (asksBackend) {
      examiner.prove(set);
    } else {
      examiner.readBack(set);
    }
    return examiner.findings();
  }

  private Found found(Entry entry, Sets sets, Instant at, Optional<Act> by) {
    if (!sets.isDamaged()) {
      return sets.isUnread()
          ? new Found(Outcome.UNKNOWN, sets.all(), List.of())
          : new Found(
              Outcome.PROVEN, List.of(), List.of(new Event.ProofRenewed(root(entry), at, by)));
    }
    if (certainty.doubt(sets.all()).isPresent()) {
      return new Found(Outcome.UNKNOWN, sets.all(), List.of());
    }
    List<Finding> result = sets.result().stream().filter(Finding::isResultDamage).toList();
    if (!result.isEmpty()) {
      Failure failure =
          Failures.of(
              ResultProof.RESULT_DAMAGED, Optional.empty(), Failures.describe(result) + raw(sets));
      return new Found(
          Outcome.DAMAGED, sets.all(), List.of(new Event.DamageFound(failure, true, by)));
    }
    Failure failure =
        Failures.of(Event.RawDamageFound.CODE, Optional.empty(), Failures.describe(sets.damage()));
    Event damage = new Event.RawDamageFound(failure, at, by);
    boolean resultIsWhole = entry.published().isPresent() && sets.result().isEmpty();
    return new Found(
        Outcome.DAMAGED,
        sets.all(),
        resultIsWhole && entry.state() == State.VERIFIED
            ? List.of(damage, new Event.ProofRenewed(root(entry), at, by))
            : List.of(damage));
  }

  /** Whether running again can help, which whoever reads of the damage asks next. */
  private static String raw(Sets sets) {
    return sets.raw().isEmpty() ? "" : "; of the raw bytes: " + Failures.describe(sets.raw());
  }

  private static Digest root(Entry entry) {
    return entry.state() == State.FAILED
        ? entry.receipt().manifest().root()
        : entry.published().map(Publication::result).orElseThrow().manifest().root();
  }
}
