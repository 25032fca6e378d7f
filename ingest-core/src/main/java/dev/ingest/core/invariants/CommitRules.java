package dev.ingest.core.invariants;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow.Step;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The invariants that only a look directly before and after a commit can judge: S7 and S10. */
final class CommitRules {

  static final String S7 = "S7 Fencing";
  static final String S10 = "S10 Explicit failure";

  private static final Set<TransitionKind> WORK =
      EnumSet.of(
          TransitionKind.STAGE_DONE,
          TransitionKind.STAGE_RETRIED,
          TransitionKind.STAGE_PENDING,
          TransitionKind.LEASE_LOST,
          TransitionKind.VERIFIED,
          TransitionKind.VERIFICATION_UNKNOWN,
          TransitionKind.REPLACED,
          TransitionKind.COMPARED,
          TransitionKind.SIDE_RUN_FAILED);

  static final Map<TransitionKind, AlertCode> ALERT_OF =
      new EnumMap<>(
          Map.of(
              TransitionKind.FAILED, AlertCode.SEQUENCE_FAILED,
              TransitionKind.OVERDUE, AlertCode.SEQUENCE_OVERDUE,
              TransitionKind.DISCARDING, AlertCode.SEQUENCE_DISCARDING,
              TransitionKind.LOST, AlertCode.SEQUENCE_LOST,
              TransitionKind.RAW_DAMAGED, AlertCode.RAW_DAMAGED,
              TransitionKind.SIDE_RUN_FAILED, AlertCode.SIDE_RUN_FAILED));

  private CommitRules() {}

  /** A commit takes effect only with the current token, part and version. */
  static void s7Fencing(
      Transition transition, WatchedLedger.Before before, Optional<Entry> after, Outcome outcome) {
    boolean entitled = !before.repeated() && isEntitled(transition, before);
    boolean changed = !after.equals(before.entry());
    if (changed && !entitled) {
      throw new InvariantViolation(
          S7,
          transition.key(),
          "no effect of " + describe(transition) + " on " + describe(before),
          describe(after) + " and " + outcome);
    }
    if (outcome.isApplied() && !changed && !before.repeated()) {
      throw new InvariantViolation(
          S7,
          transition.key(),
          "an effect of what was reported applied, " + describe(transition),
          "none on " + describe(before));
    }
  }

  private static boolean isEntitled(Transition transition, WatchedLedger.Before before) {
    Guard guard = transition.guard();
    if (WORK.contains(transition.row().step().kind()) && !(guard instanceof Guard.WithLease)) {
      return false;
    }
    if (guard instanceof Guard.Accept accept) {
      return before.entry().isEmpty() && isOpen(transition, before, accept.part());
    } else if (guard instanceof Guard.Readmit readmit) {
      return isAt(before, readmit.version()) && isOpen(transition, before, readmit.part());
    } else if (guard instanceof Guard.WithLease with) {
      return isAt(before, with.version())
          && before
              .entry()
              .flatMap(entry -> entry.position().lease())
              .filter(lease -> lease.token().equals(with.token()))
              .isPresent();
    }
    return isAt(before, ((Guard.AtVersion) guard).version());
  }

  private static boolean isAt(WatchedLedger.Before before, long version) {
    return before.entry().filter(entry -> entry.version() == version).isPresent();
  }

  private static boolean isOpen(Transition transition, WatchedLedger.Before before, int part) {
    return before
        .session()
        .filter(
            session ->
                session.state() == SessionState.OPEN
                    && session.key().equals(transition.key())
                    && session.raw().latestPart() == part)
        .isPresent();
  }

  /** FAILED, overdue, disposal and loss each name their alert in the transition itself. */
  static void s10ExplicitFailure(Transition transition, WatchedLedger.Before before) {
    Entry after = transition.after();
    Optional<State> from = before.entry().map(Entry::state);
    boolean wasOverdue = before.entry().filter(entry -> entry.standing().overdue()).isPresent();
    boolean arrives = from.isEmpty() || from.get() != after.state();
    requireAlert(arrives && after.state() == State.FAILED, AlertCode.SEQUENCE_FAILED, transition);
    requireAlert(arrives && after.state() == State.LOST, AlertCode.SEQUENCE_LOST, transition);
    requireAlert(
        arrives && after.state() == State.DISCARDING && !Canary.is(transition.key()),
        AlertCode.SEQUENCE_DISCARDING,
        transition);
    requireAlert(
        transition.row().step().kind() == TransitionKind.RAW_DAMAGED,
        AlertCode.RAW_DAMAGED,
        transition);
    requireAlert(
        transition.row().step().kind() == TransitionKind.SIDE_RUN_FAILED,
        AlertCode.SIDE_RUN_FAILED,
        transition);
    boolean isToldAsFailed = arrives && after.state() == State.FAILED;
    requireAlert(
        after.standing().overdue() && !wasOverdue && !isToldAsFailed,
        AlertCode.SEQUENCE_OVERDUE,
        transition);
    requireAlert(isVerifiedLate(transition) && !wasOverdue, AlertCode.SEQUENCE_OVERDUE, transition);
  }

  private static boolean isVerifiedLate(Transition transition) {
    Step step = transition.row().step();
    return step.kind() == TransitionKind.VERIFIED
        && !step.at().isBefore(transition.after().receipt().deadline());
  }

  private static void requireAlert(boolean applies, AlertCode code, Transition transition) {
    boolean there =
        transition.alerts().stream()
            .anyMatch(
                row ->
                    row.group().code().equals(code.name())
                        && row.sequence().equals(Optional.of(transition.key())));
    if (applies && !there) {
      throw new InvariantViolation(
          S10,
          transition.key(),
          "alert " + code + " with " + describe(transition),
          transition.alerts().toString());
    }
  }

  /** The alert rows of a commit are in the outbox as soon as its entries are in the ledger. */
  static void s10Atomic(List<Transition> effective, long expected, long actual) {
    if (expected != actual) {
      throw new InvariantViolation(
          S10,
          effective.stream().map(CommitRules::describe).toList(),
          expected + " alerts pending after the commit",
          actual + " pending");
    }
  }

  private static String describe(Transition transition) {
    return transition.row().step().kind() + " of " + transition.key() + " by " + transition.guard();
  }

  private static String describe(WatchedLedger.Before before) {
    return describe(before.entry())
        + before.session().map(session -> ", session " + session).orElse("");
  }

  private static String describe(Optional<Entry> entry) {
    return entry.map(there -> there.position().toString()).orElse("no entry");
  }
}
