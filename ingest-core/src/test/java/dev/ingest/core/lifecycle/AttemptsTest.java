package dev.ingest.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many attempts a run has, and what it costs to end one, to the last of them. */
final class AttemptsTest {

  private static final Instant NOW = Entries.ACCEPTED_AT.plusSeconds(600);
  private static final Instant AGAIN = NOW.plusSeconds(9);
  private static final int MOST = 3;

  @ParameterizedTest
  @CsvSource({"1,STAGE_RETRIED", "2,STAGE_RETRIED", "3,FAILED", "4,FAILED"})
  void aStageThatFails_isRetriedUntilItsLastAttempt(int attempts, TransitionKind expected) {
    Decision.Change change =
        decided(
            primary(State.PROCESSING, attempts),
            new Event.StageFailed(Entries.FAILURE, false, MOST, AGAIN));
    assertEquals(expected, change.kind());
    assertTrue(change.after().standing().leftovers());
    if (expected == TransitionKind.FAILED) {
      assertEquals(attempts + " attempts were made; the last: no luck", failure(change).message());
    } else {
      assertEquals(AGAIN, change.after().position().visibleAt());
      assertTrue(change.note().detail().contains("attempt=" + attempts + " of 3"));
    }
  }

  @Test
  void aPermanentFailure_costsNoFurtherAttempt() {
    Decision.Change change =
        decided(
            primary(State.PROCESSING, 1),
            new Event.StageFailed(Entries.FAILURE, true, MOST, AGAIN));
    assertEquals(Entries.FAILURE, failure(change));
  }

  @ParameterizedTest
  @CsvSource({"3,LEASE_LOST", "4,FAILED"})
  void aLeaseThatIsLost_countsTheAttemptBeforeTheOneThatFindsIt(
      int attempts, TransitionKind expected) {
    Decision.Change change =
        decided(primary(State.PROCESSING, attempts), new Event.LeaseLost(Entries.LEASE, MOST));
    assertEquals(expected, change.kind());
    if (expected == TransitionKind.FAILED) {
      assertTrue(
          failure(change).message().startsWith("3 attempts were made; the last: each attempt"),
          failure(change)::message);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,VERIFICATION_UNKNOWN", "2,VERIFICATION_UNKNOWN", "3,FAILED", "4,FAILED"})
  void aVerificationThatStaysUnknown_hasABound(int attempts, TransitionKind expected) {
    Decision.Change change =
        decided(
            primary(State.PROCESSED, attempts),
            new Event.VerificationUnknown(Entries.FAILURE, OptionalInt.of(MOST), AGAIN));
    assertEquals(expected, change.kind());
    if (expected == TransitionKind.VERIFICATION_UNKNOWN) {
      assertEquals(attempts, change.after().run().attempts(), "it costs the attempt");
      assertEquals(AGAIN, change.after().position().visibleAt());
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,0", "5,4"})
  void anUnreadableStore_costsNoAttempt(int attempts, int left) {
    Event unknown = new Event.VerificationUnknown(Entries.FAILURE, OptionalInt.empty(), AGAIN);
    Decision.Change primary = decided(primary(State.PROCESSED, attempts), unknown);
    assertEquals(left, primary.after().run().attempts());
    assertEquals(State.PROCESSED, primary.after().state());
    Decision.Change side = decided(made(attempts), unknown);
    assertEquals(left, side.after().active().attempts());
    assertEquals(TransitionKind.VERIFICATION_UNKNOWN, side.kind());
    assertEquals("no luck", side.alerts().get(0).message());
  }

  @ParameterizedTest
  @CsvSource({"2,STAGE_RETRIED", "3,SIDE_RUN_FAILED"})
  void aStageOfASideRun_isRetriedUntilItsLastAttempt(int attempts, TransitionKind expected) {
    Decision.Change change =
        decided(begun(attempts), new Event.StageFailed(Entries.FAILURE, false, MOST, AGAIN));
    assertEquals(expected, change.kind());
    if (expected == TransitionKind.SIDE_RUN_FAILED) {
      assertEquals(
          "a SHADOW run of epoch 2 on test failed, the published result stays;"
              + " ATTEMPTS_EXHAUSTED: 3 attempts were made; the last: no luck",
          change.alerts().get(0).message());
    } else {
      assertEquals(AGAIN, change.after().position().visibleAt());
    }
  }

  @ParameterizedTest
  @CsvSource({"3,LEASE_LOST", "4,SIDE_RUN_FAILED"})
  void aSideRunsLeaseThatIsLost_countsTheAttemptBefore(int attempts, TransitionKind expected) {
    Decision.Change change = decided(begun(attempts), new Event.LeaseLost(Entries.LEASE, MOST));
    assertEquals(expected, change.kind());
    if (expected == TransitionKind.SIDE_RUN_FAILED) {
      String message = change.alerts().get(0).message();
      assertTrue(message.contains("ATTEMPTS_EXHAUSTED: 3 attempts were made"), message);
    }
  }

  @ParameterizedTest
  @CsvSource({"2,VERIFICATION_UNKNOWN", "3,SIDE_RUN_FAILED"})
  void aSideRunsVerificationThatStaysUnknown_hasABound(int attempts, TransitionKind expected) {
    Decision.Change change =
        decided(
            made(attempts),
            new Event.VerificationUnknown(Entries.FAILURE, OptionalInt.of(MOST), AGAIN));
    assertEquals(expected, change.kind());
    if (expected == TransitionKind.VERIFICATION_UNKNOWN) {
      assertEquals(attempts, change.after().active().attempts());
    }
  }

  private static Entry primary(State state, int attempts) {
    Entry entry = Entries.in(state);
    return entry.withRun(entry.run().withAttempts(attempts));
  }

  /** A run beside a result, at its stage. */
  private static Entry begun(int attempts) {
    Entry started =
        decided(
                Entries.in(State.VERIFIED),
                new SideRunEvent.Started(
                    RunKind.SHADOW,
                    Entries.PIPELINE,
                    Entries.FIRST,
                    Optional.empty(),
                    new Act("carol", "why")))
            .after();
    return side(started, attempts);
  }

  /** A run beside a result, whose candidate is to be read back. */
  private static Entry made(int attempts) {
    Event done = new Event.StageDone(Entries.OUTPUT, Optional.empty());
    return side(decided(begun(1), done).after(), attempts);
  }

  private static Entry side(Entry entry, int attempts) {
    Run run = entry.beside().run().orElseThrow();
    return entry.withBeside(entry.beside().withRun(run.withAttempts(attempts)));
  }

  private static Failure failure(Decision.Change change) {
    return change.after().standing().failure().orElseThrow();
  }

  private static Decision.Change decided(Entry entry, Event event) {
    return assertInstanceOf(Decision.Change.class, Lifecycle.decide(entry, event, NOW));
  }
}
