package dev.ingest.spi.ledger;

import static dev.ingest.spi.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.ledger.Rows.Parts;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EntryTest {

  /** Every combination of parts in every state, against the rules written down a second time. */
  @ParameterizedTest
  @EnumSource(State.class)
  void entry_existsExactlyWithWhatItsStateNeeds(State state) {
    int accepted = 0;
    for (int bits = 0; bits < 32; bits++) {
      Parts parts =
          new Parts(
              (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0);
      if (isAllowed(state, parts)) {
        assertEquals(state, Rows.entry(state, parts).state());
        accepted++;
      } else {
        InvalidValueException refusal = assertRefused(Kind.TEXT, () -> Rows.entry(state, parts));
        assertTrue(String.valueOf(refusal.getMessage()).contains(Rows.KEY.toString()));
        assertTrue(String.valueOf(refusal.getMessage()).contains(state.name()));
      }
    }
    assertTrue(accepted > 0 && accepted < 32);
  }

  private static boolean isAllowed(State state, Parts has) {
    return switch (state) {
      case ACCEPTED -> has.stage() && !has.leased();
      case PROCESSING -> has.stage() && has.leased();
      case PROCESSED -> !has.stage() && has.output();
      case VERIFIED, EXPIRING, EXPIRED -> has.published() && !has.leased();
      case FAILED, LOST -> has.failed() && !has.leased();
      case DISCARDING, DISCARDED -> !has.leased();
    };
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void state_isInFlightOrSettledOrNeedsSomeone(State state) {
    int groups = (state.isInFlight() ? 1 : 0) + (state.isSettled() ? 1 : 0);
    boolean waiting =
        switch (state) {
          case FAILED, DISCARDING, LOST -> true;
          case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, EXPIRING, EXPIRED, DISCARDED -> false;
        };
    assertEquals(waiting ? 0 : 1, groups);
  }

  @Test
  void copies_changeTheirPartAlone() {
    Entry entry = Rows.entry(State.ACCEPTED);
    Position position = new Position(State.ACCEPTED, 6, Rows.NOON, 1, Optional.empty());
    Run run = entry.run().withAttempts(2);
    ChainHead chain = new ChainHead(5, Rows.HEAD);
    assertEquals(entry, entry.withPosition(position).withPosition(entry.position()));
    assertEquals(entry, entry.withRun(run).withRun(entry.run()));
    assertEquals(entry, entry.withChain(chain).withChain(entry.chain()));
    assertEquals(entry.withPosition(position).withRun(run), entry.with(position, run));
    assertEquals(Rows.KEY, entry.key());
    assertEquals(6, entry.withPosition(position).version());
    assertEquals(2, entry.withRun(run).run().attempts());
  }

  @Test
  void standing_setsOneMarkAtATime() {
    Hold hold = new Hold("operator", "audit", Rows.NOON);
    Standing all =
        Standing.CLEAR
            .withOverdue(true)
            .withEscalations(3)
            .withLeftovers(true)
            .withHold(Optional.of(hold))
            .withFailure(Optional.of(Rows.FAILURE));
    assertEquals(new Standing(true, 3, true, Optional.of(hold), Optional.of(Rows.FAILURE)), all);
    assertFalse(all.withOverdue(false).overdue());
    assertTrue(all.withOverdue(false).isAtRisk());
    assertFalse(Standing.CLEAR.isAtRisk());
    assertEquals(
        Standing.CLEAR,
        all.withOverdue(false)
            .withEscalations(0)
            .withLeftovers(false)
            .withHold(Optional.empty())
            .withFailure(Optional.empty()));
  }

  @Test
  void runMovedOn_startsWithoutAttempts() {
    Run run = Rows.entry(State.PROCESSING).run().withAttempts(3);
    Run moved = run.movedTo(Optional.empty(), Rows.OUTPUT);
    assertEquals(0, moved.attempts());
    assertEquals(Optional.of(Rows.OUTPUT), moved.output());
    assertEquals(new WorkRef("photos", Optional.empty()), moved.work());
    assertEquals(new WorkRef("photos", Optional.of(Rows.STAGE)), run.work());
  }

  @Test
  void position_refusesALeaseOfAnotherFence() {
    assertEquals(
        1, new Position(State.PROCESSING, 1, Rows.NOON, 1, Optional.of(Rows.LEASE)).fence());
    assertRefused(
        Kind.NUMBER,
        () -> new Position(State.PROCESSING, 1, Rows.NOON, 2, Optional.of(Rows.LEASE)));
  }
}
