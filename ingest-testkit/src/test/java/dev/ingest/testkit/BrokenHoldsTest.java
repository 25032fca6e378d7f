package dev.ingest.testkit;

import static dev.ingest.testkit.Bent.bentCommit;
import static dev.ingest.testkit.Bent.sound;

import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.contract.LedgerContract;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Ledgers that lose or invent holds, and the case that catches them. */
class BrokenHoldsTest {

  @Test
  void holdsAtADiscard_caught() {
    Caught.by(
        "a discard ends a hold or leaves it, as it says, and a re-upload keeps what is left",
        HoldKept.class);
    Caught.by(
        "a discard ends a hold or leaves it, as it says, and a re-upload keeps what is left",
        HoldDropped.class);
    Caught.by(
        "a re-upload ends the hold that it finds or leaves it, as it says", HoldReadmitted.class);
    Caught.by(
        "a re-upload ends the hold that it finds or leaves it, as it says", HoldForgotten.class);
  }

  @Test
  void holdsDropped_caught() {
    Caught.by(
        "an expiry takes no hold away, in neither of its two steps: it is refused, or keeps the"
            + " hold",
        HoldsDropped.class);
  }

  static class HoldKept extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      Hold hold = new Hold("someone", "court order", clock.instant());
      return bentCommit(sound(clock), made -> discarded(made, Optional.of(hold)));
    }
  }

  static class HoldDropped extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentCommit(sound(clock), made -> discarded(made, Optional.empty()));
    }
  }

  static class HoldReadmitted extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      Hold hold = new Hold("someone", "court order", clock.instant());
      return bentCommit(
          sound(clock), made -> held(made, TransitionKind.READMITTED, Optional.of(hold)));
    }
  }

  static class HoldForgotten extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentCommit(
          sound(clock), made -> held(made, TransitionKind.READMITTED, Optional.empty()));
    }
  }

  private static Transition discarded(Transition made, Optional<Hold> hold) {
    return held(made, TransitionKind.DISCARDING, hold);
  }

  private static Transition held(Transition made, TransitionKind kind, Optional<Hold> hold) {
    Entry changed = made.after().withStanding(made.after().standing().withHold(hold));
    return made.row().step().kind() == kind
        ? new Transition(made.guard(), changed, made.lease(), made.row(), made.alerts())
        : made;
  }

  /** Takes an expiry for any change, as one does that writes all that it is given. */
  static class HoldsDropped extends LedgerContract {
    @Override
    protected LedgerStore open(InstantSource clock) {
      return bentCommit(
          sound(clock),
          made -> {
            HistoryRow row = made.row();
            boolean isExpiry =
                row.step().kind() == TransitionKind.EXPIRING
                    || row.step().kind() == TransitionKind.EXPIRED;
            HistoryRow.Step step =
                new HistoryRow.Step(
                    row.step().transition(),
                    isExpiry ? TransitionKind.HELD : row.step().kind(),
                    row.step().at());
            return new Transition(
                made.guard(),
                made.after(),
                made.lease(),
                new HistoryRow(row.key(), step, row.from(), row.to(), row.note(), row.link()),
                made.alerts());
          });
    }
  }
}
