package dev.ingest.core.invariants;

import dev.ingest.core.lifecycle.EventKind;
import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The invariants that rows of history tell: S6, S8 and S13. */
final class HistoryRules {

  private static final String S6 = "S6 Monotone";
  private static final String S11 = "S11 Single assignment";

  /** What begins a run that may be one of another pipeline. */
  private static final Set<TransitionKind> BEGINS =
      EnumSet.of(
          TransitionKind.READMITTED,
          TransitionKind.REDRIVEN,
          TransitionKind.REROUTED,
          TransitionKind.REPLACED);

  private static final String S8 = "S8 Publish once";
  private static final String S13 = "S13 History";

  private final Ledger ledger;
  private final Witness witness;

  HistoryRules(Ledger ledger, Witness witness) {
    this.ledger = ledger;
    this.witness = witness;
  }

  /** Follows the chain from a known head to the entry's own, and returns the rows between. */
  List<HistoryRow> s13History(Entry entry, Optional<ChainHead> known) {
    ChainHead head = known.orElse(ChainHead.EMPTY);
    List<HistoryRow> all = new ArrayList<>();
    boolean more = true;
    while (more) {
      List<HistoryRow> rows = ledger.history(entry.key(), head.length(), ScanQuery.MAX_LIMIT);
      for (HistoryRow row : rows) {
        Optional<ChainHead> next = HistoryChain.follow(row, head);
        if (next.isEmpty() || !row.key().equals(entry.key())) {
          throw new InvariantViolation(
              S13, entry.key(), "a row that follows " + head, row.toString());
        }
        head = next.get();
        all.add(row);
      }
      more = rows.size() == ScanQuery.MAX_LIMIT;
    }
    if (!head.equals(entry.chain())) {
      throw new InvariantViolation(
          S13, entry.key(), "a history that ends in " + entry.chain(), head.toString());
    }
    return all;
  }

  /** Only the lifecycle's edges; counters never fall; published results never change. */
  void s6Monotone(Optional<Entry> before, Entry after, List<HistoryRow> rows) {
    Optional<State> state = before.map(Entry::state);
    for (HistoryRow row : rows) {
      checkEdge(after.key(), state, row);
      state = Optional.of(row.to());
    }
    Optional<State> ended = state;
    require(
        ended.isPresent()
            && (ended.get() == after.state() || leaseEdge(ended.get(), after.state())),
        after.key(),
        () -> "the state that the history ends in, " + ended,
        after::state);
    if (before.isEmpty()) {
      return;
    }
    Entry old = before.get();
    requireNotLess(after.key(), "version", old.version(), after.version());
    requireNotLess(after.key(), "fence", old.position().fence(), after.position().fence());
    requireNotLess(after.key(), "epoch", old.run().epoch(), after.run().epoch());
    requireNotLess(after.key(), "next epoch", old.nextEpoch(), after.nextEpoch());
    requireNotLess(after.key(), "history", old.chain().length(), after.chain().length());
    require(
        old.receipt().manifest().equals(after.receipt().manifest()),
        after.key(),
        () -> "manifest " + old.receipt().manifest(),
        () -> after.receipt().manifest());
    require(
        old.version() != after.version() || sameButForRenewal(old, after),
        after.key(),
        () -> "a raised version with " + after,
        () -> old);
  }

  /** A sequence goes to another pipeline only with a row of history that says so. */
  void s11OneRoute(Optional<Entry> before, Entry after, List<HistoryRow> rows) {
    boolean moves =
        before
            .filter(old -> !old.run().pipeline().name().equals(after.run().pipeline().name()))
            .isPresent();
    if (moves && rows.stream().noneMatch(row -> BEGINS.contains(row.step().kind()))) {
      throw new InvariantViolation(
          S11,
          after.key(),
          "pipeline " + before.orElseThrow().run().pipeline().name(),
          after.run().pipeline().name() + " after " + rows);
    }
  }

  private static boolean sameButForRenewal(Entry old, Entry after) {
    return after.withPosition(old.position()).equals(old)
        && old.position().fence() == after.position().fence()
        && old.state() == after.state();
  }

  private static void checkEdge(SequenceKey key, Optional<State> state, HistoryRow row) {
    if (state.isEmpty()) {
      require(
          row.step().kind() == TransitionKind.ACCEPTED && row.from().isEmpty(),
          key,
          () -> "an acceptance as the first row",
          () -> row);
      return;
    }
    State from = row.from().orElseThrow(() -> violation(key, "a state before", row.toString()));
    require(
        from == state.get() || leaseEdge(state.get(), from),
        key,
        () -> "a row from " + state.get(),
        () -> row);
    boolean known =
        events(row.step().kind()).stream().anyMatch(event -> event.leads(from, row.to()));
    require(known, key, () -> "an edge of the lifecycle", () -> row);
  }

  /** Claims and hand-backs write no history. */
  private static boolean leaseEdge(State from, State to) {
    return (from == State.ACCEPTED && to == State.PROCESSING)
        || (from == State.PROCESSING && to == State.ACCEPTED);
  }

  private static Set<EventKind> events(TransitionKind kind) {
    return switch (kind) {
      case ACCEPTED -> EnumSet.noneOf(EventKind.class);
      case READMITTED -> EnumSet.of(EventKind.READMITTED);
      case LEASE_LOST -> EnumSet.of(EventKind.LEASE_LOST);
      case STAGE_DONE -> EnumSet.of(EventKind.STAGE_DONE);
      case STAGE_RETRIED -> EnumSet.of(EventKind.STAGE_FAILED);
      case STAGE_PENDING -> EnumSet.of(EventKind.STAGE_PENDING);
      case VERIFIED -> EnumSet.of(EventKind.VERIFIED);
      case VERIFICATION_UNKNOWN -> EnumSet.of(EventKind.VERIFICATION_UNKNOWN);
      case FAILED ->
          EnumSet.of(
              EventKind.STAGE_FAILED,
              EventKind.LEASE_LOST,
              EventKind.VERIFICATION_FAILED,
              EventKind.VERIFICATION_UNKNOWN,
              EventKind.DAMAGE_FOUND);
      case OVERDUE -> EnumSet.of(EventKind.DEADLINE_PASSED);
      case AT_RISK -> EnumSet.of(EventKind.EXPIRY_NEAR);
      case TOLD_EARLY -> EnumSet.of(EventKind.TOLD_EARLY);
      case DEADLINE_EXTENDED -> EnumSet.of(EventKind.DEADLINE_EXTENDED);
      case HELD -> EnumSet.of(EventKind.HOLD_PLACED);
      case RELEASED -> EnumSet.of(EventKind.HOLD_RELEASED);
      case REDRIVEN -> EnumSet.of(EventKind.REDRIVEN);
      case REROUTED -> EnumSet.of(EventKind.REROUTED);
      case DISCARDING -> EnumSet.of(EventKind.DISCARD_DECIDED);
      case DISCARDED, EXPIRED -> EnumSet.of(EventKind.DISPOSAL_FINISHED);
      case EXPIRING -> EnumSet.of(EventKind.EXPIRY_STARTED);
      case LOST -> EnumSet.of(EventKind.DAMAGE_FOUND);
      case RAW_DAMAGED -> EnumSet.of(EventKind.RAW_DAMAGE_FOUND);
      case PROOF_RENEWED -> EnumSet.of(EventKind.PROOF_RENEWED);
      case LEFTOVERS_SWEPT -> EnumSet.of(EventKind.LEFTOVERS_SWEPT);
      case SIDE_RUN_STARTED -> EnumSet.of(EventKind.SIDE_RUN_STARTED);
      case REPLACED -> EnumSet.of(EventKind.REPLACED);
      case COMPARED -> EnumSet.of(EventKind.COMPARED);
      case SIDE_RUN_FAILED ->
          EnumSet.of(
              EventKind.STAGE_FAILED,
              EventKind.LEASE_LOST,
              EventKind.VERIFICATION_FAILED,
              EventKind.VERIFICATION_UNKNOWN);
      case SIDE_RUN_CANCELLED -> EnumSet.of(EventKind.SIDE_RUN_CANCELLED);
      case SUPERSEDED_RELEASED -> EnumSet.of(EventKind.SUPERSEDED_RELEASED);
    };
  }

  /** At most one publish in an epoch; what is published in it never changes. */
  void s8PublishOnce(Entry entry, List<HistoryRow> rows) {
    Witness.Epoch epoch = witness.epoch(entry.key());
    for (HistoryRow row : rows) {
      switch (row.step().kind()) {
        case REDRIVEN, REROUTED, READMITTED, SIDE_RUN_STARTED ->
            epoch = new Witness.Epoch(epoch.number() + 1, 0);
        case VERIFIED, REPLACED -> epoch = new Witness.Epoch(epoch.number(), epoch.publishes() + 1);
        default -> {}
      }
      if (epoch.publishes() > 1) {
        throw new InvariantViolation(
            S8, entry.key(), "one publish in epoch " + epoch.number(), "another, " + row);
      }
    }
    witness.epoch(entry.key(), epoch);
    if (entry.published().isPresent()) {
      checkPublication(entry, entry.published().get());
    }
  }

  private void checkPublication(Entry entry, Publication shown) {
    Map<Integer, SealedOutput> seen = witness.publications(entry.key());
    SealedOutput before = seen.putIfAbsent(shown.epoch(), shown.result());
    if (before != null && !before.equals(shown.result())) {
      throw new InvariantViolation(
          S8,
          entry.key(),
          "the result of epoch " + shown.epoch() + " as first published, " + before,
          shown.result().toString());
    }
    boolean own =
        entry.state() != State.VERIFIED
            || shown.epoch() != entry.run().epoch()
            || entry.run().output().equals(Optional.of(shown.result()));
    if (!own || shown.epoch() > entry.run().epoch()) {
      throw new InvariantViolation(
          S8, entry.key(), "the run's own candidate, " + entry.run(), shown.toString());
    }
  }

  private static void requireNotLess(SequenceKey key, String what, long old, long now) {
    require(now >= old, key, () -> what + " " + old + " or more", () -> now);
  }

  /** The words are made only where they are needed: these checks run at every step. */
  private static void require(
      boolean holds, SequenceKey key, Supplier<String> expected, Supplier<Object> actual) {
    if (!holds) {
      throw violation(key, expected.get(), actual.get().toString());
    }
  }

  private static InvariantViolation violation(SequenceKey key, String expected, String actual) {
    return new InvariantViolation(S6, key, expected, actual);
  }
}
