package dev.ingest.simulator;

import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.BackfillActor;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.ControlRecords;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.InMemoryLedger;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Ledgers that break what backfills rely on, each against one part of S11. */
final class BrokenBackfills {

  private BrokenBackfills() {}

  /** Puts what was only begun among what is proven, too. */
  static final Sabotage BEGUN_COUNTS_AS_PROVEN =
      controls(
          records ->
              new Controls(records) {
                @Override
                public void add(ControlRecord.Key set, List<SequenceKey> members) {
                  super.add(set, members);
                  if (set.kind().equals("backfill-running")) {
                    super.add(new ControlRecord.Key("backfill-done", set.name()), members);
                  }
                }
              });

  /** Forgets one of the ids that were to wait for their run. */
  static final Sabotage ONE_IS_FORGOTTEN =
      controls(
          records ->
              new Controls(records) {
                @Override
                public void add(ControlRecord.Key set, List<SequenceKey> members) {
                  boolean forgets = set.kind().equals("backfill-waiting") && members.size() > 1;
                  super.add(set, forgets ? members.subList(1, members.size()) : members);
                }
              });

  /** Answers that what a backfill holds was released, and holds it still. */
  static final Sabotage BACKFILLS_DO_NOT_LET_GO =
      entries(
          ledger ->
              new Entries(ledger) {
                @Override
                public List<Outcome> commit(List<Transition> transitions) {
                  return transitions.stream()
                      .map(
                          one ->
                              isRelease(one) ? Outcome.APPLIED : super.commit(List.of(one)).get(0))
                      .toList();
                }
              });

  /** Leaves the hold of a backfill on what is discarded. */
  static final Sabotage DISCARDS_LEAVE_HOLDS =
      entries(
          ledger ->
              new Entries(ledger) {
                @Override
                public List<Outcome> commit(List<Transition> transitions) {
                  return super.commit(
                      transitions.stream()
                          .map(one -> held(one, find(List.of(one.key()))))
                          .toList());
                }
              });

  private static Transition held(Transition discard, List<Optional<Entry>> found) {
    Optional<Hold> hold = found.get(0).flatMap(before -> before.standing().hold());
    if (discard.row().step().kind() != TransitionKind.DISCARDING || hold.isEmpty()) {
      return discard;
    }
    Entry after = discard.after();
    return new Transition(
        discard.guard(),
        after.withStanding(after.standing().withHold(hold)),
        discard.lease(),
        discard.row(),
        discard.alerts(),
        discard.notice());
  }

  /** Takes the alerts of how backfills end, and keeps none. */
  static final Sabotage ENDS_ARE_NOT_TOLD =
      new Sabotage() {
        @Override
        public LedgerStore ledger(InMemoryLedger ledger) {
          Outbox silent =
              new Outbox(ledger.alerts()) {
                @Override
                public void raise(List<AlertRow> rows) {
                  super.raise(rows.stream().filter(row -> !isEnd(row)).toList());
                }
              };
          return new PatchedLedger(
              ledger, ledger.ledger(), ledger.sessions(), ledger.controls(), silent);
        }
      };

  private static boolean isEnd(AlertRow row) {
    String code = row.group().code();
    return code.equals(AlertCode.BACKFILL_COMPLETE.name())
        || code.equals(AlertCode.BACKFILL_INCOMPLETE.name());
  }

  private static boolean isRelease(Transition transition) {
    return transition.row().step().kind() == TransitionKind.RELEASED
        && BackfillActor.is(transition.row().note().actor());
  }

  private static Sabotage entries(Function<Ledger, Entries> broken) {
    return new Sabotage() {
      @Override
      public LedgerStore answers(LedgerStore ledger) {
        return new PatchedLedger(ledger, broken.apply(ledger.ledger()), ledger.sessions());
      }
    };
  }

  private static Sabotage controls(UnaryOperator<ControlRecords> broken) {
    return new Sabotage() {
      @Override
      public LedgerStore ledger(InMemoryLedger ledger) {
        return new PatchedLedger(
            ledger, ledger.ledger(), ledger.sessions(), broken.apply(ledger.controls()));
      }
    };
  }
}
