package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.CompletionOutcome;
import dev.ingest.core.CompletionRefusedException.Reason;
import dev.ingest.core.Completions;
import dev.ingest.core.ItemRefusedException;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Stage;
import dev.ingest.core.StageCompletion;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What another system may say of a stage that was left to it, and when. */
final class CompletingTest extends CompletingFixture {

  @Test
  void leftStage_takesNoRoomAndIsNotRenewedNorRepeated() throws IOException {
    Engine engine = left();
    assertEquals(0, engine.inFlight());
    assertEquals(0, engine.leases().size());
    assertEquals(0, engine.leases().tick());
    bench.time.advance(WITHIN.minusSeconds(1));
    Engine other = engine();
    assertEquals(0, other.worker().tick() + engine.worker().tick());
    assertEquals(1, stage.tokens.size());
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
    assertVerified(engine);
    assertEquals(
        List.of(
            TransitionKind.ACCEPTED,
            TransitionKind.STAGE_PENDING,
            TransitionKind.STAGE_DONE,
            TransitionKind.STAGE_DONE,
            TransitionKind.VERIFIED,
            TransitionKind.LEFTOVERS_SWEPT),
        bench.kinds(RIDE));
  }

  @Test
  void token_isNotInTheLedgerNorPrinted() {
    left();
    String token = stage.token();
    assertFalse(stage.tokens.get(0).toString().contains(token));
    String secret = token.substring(token.length() - 20);
    assertTrue(bench.history(RIDE).stream().noneMatch(row -> row.toString().contains(secret)));
    assertFalse(bench.entry(RIDE).toString().contains(secret));
  }

  @Test
  void otherNode_takesTheCallback() throws IOException {
    left();
    Engine other = engine();
    assertEquals(CompletionOutcome.DONE, complete(other, stage.token()));
    assertVerified(other);
  }

  @Test
  void nodeThatStopped_leavesTheStageAlone() throws IOException {
    Engine engine = left();
    engine.leases().cancelAll();
    assertEquals(0, engine.leases().handBack());
    engine.endCommits(Duration.ofSeconds(1));
    assertEquals(State.PROCESSING, bench.state(RIDE));
    assertThrows(OutcomeUnknownException.class, () -> complete(engine, stage.token()));
    Engine next = engine();
    assertEquals(CompletionOutcome.DONE, complete(next, stage.token()));
    assertVerified(next);
  }

  @Test
  void callbackBeforeTheStageReturns_counts() throws IOException {
    Engine engine = engine();
    stage.then = context -> complete(engine, stage.token());
    Bench.submit(engine, RIDE, "a", "x", "b", "y");
    bench.run(engine);
    assertVerified(engine);
    assertEquals(1, stage.tokens.size());
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1, 3_600_000})
  void callbackAroundTheEndOfItsTime_countsAsLongAsNobodyTookOver(long millis) throws IOException {
    Engine engine = left();
    bench.time.advance(
        Duration.between(bench.time.instant(), stage.tokens.get(0).until()).plusMillis(millis));
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
    assertVerified(engine);
  }

  @Test
  void callbackAfterATakeover_isRefusedAndTheStageWasRepeated() throws IOException {
    Engine engine = left();
    String first = stage.token();
    bench.time.advance(WITHIN.plusSeconds(1));
    bench.run(engine);
    assertEquals(2, stage.tokens.size());
    assertEquals(stage.keys.get(0), stage.keys.get(1), "one effect for both");
    assertNotEquals(first, stage.token());
    assertEquals(2, bench.entry(RIDE).run().attempts(), "it cost an attempt");
    Entry before = bench.entry(RIDE);
    assertRefused(Reason.STALE, () -> complete(engine, first));
    assertRefused(Reason.STALE, () -> engine.completing().fail(first, "too late", true));
    assertRefused(Reason.STALE, () -> engine.completing().extend(first, WITHIN));
    assertEquals(before, bench.entry(RIDE));
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
    assertVerified(engine);
  }

  @Test
  void takeoverWhileTheOutputIsWritten_dropsIt() throws IOException {
    Engine engine = left();
    bench.time.advance(WITHIN.plusSeconds(1));
    StageCompletion slow =
        context -> {
          copy().complete(context);
          bench.time.advance(Duration.ofSeconds(31));
          bench.run(engine);
        };
    String first = stage.token();
    assertThrows(OutcomeUnknownException.class, () -> engine.completing().complete(first, slow));
    assertEquals(2, stage.tokens.size());
    assertRefused(Reason.STALE, () -> complete(engine, first));
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
    assertVerified(engine);
  }

  @Test
  void outcomeOfAnExactTakeover_isDecidedByTheLedger() throws IOException {
    Engine engine = left();
    Engine other = engine();
    bench.time.advance(WITHIN.plusSeconds(1));
    String first = stage.token();
    AtomicInteger renewals = new AtomicInteger();
    LedgerStore raced =
        new FaultingLedger(
            bench.watchedLedger,
            call -> {
              if (call.method().equals("renew") && renewals.getAndIncrement() == 0) {
                other.worker().tick();
              }
              return new Fault.None();
            });
    Engine late = bench.engine(raced, bench.watchedContent, Bench.pipeline(stage, Stage.copy()));
    assertRefused(Reason.STALE, () -> complete(late, first));
    assertEquals(1, renewals.get());
    bench.runTasks();
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
    assertVerified(engine);
  }

  @Test
  void repeatedCall_isAnsweredAsTheFirstWas() throws IOException {
    Engine engine = left();
    String token = stage.token();
    assertEquals(CompletionOutcome.DONE, complete(engine, token));
    StageCompletion never =
        context -> {
          throw new AssertionError("nothing is to be brought twice");
        };
    assertEquals(CompletionOutcome.DONE, engine.completing().complete(token, never));
    assertVerified(engine);
    assertEquals(CompletionOutcome.DONE, engine().completing().complete(token, never));
    assertRefused(Reason.STALE, () -> engine.completing().fail(token, "after all", true));
    assertRefused(Reason.STALE, () -> engine.completing().extend(token, WITHIN));
  }

  @Test
  void callsAtOnce_takeEffectOnce() throws IOException {
    Engine engine = left();
    Engine other = engine();
    String token = stage.token();
    StageCompletion overtaken =
        context -> {
          context.emit(ItemName.of("other"), new ByteArrayInputStream(new byte[] {1}));
          assertEquals(CompletionOutcome.DONE, complete(other, token));
        };
    assertEquals(CompletionOutcome.DONE, engine.completing().complete(token, overtaken));
    assertVerified(engine);
  }

  @Test
  void answerThatWasLost_isFoundByRepeating() throws IOException {
    left();
    AtomicInteger commits = new AtomicInteger();
    LedgerStore deaf =
        new FaultingLedger(
            bench.watchedLedger,
            call -> {
              boolean lost = call.method().equals("commit") && commits.getAndIncrement() >= 0;
              return lost ? new Fault.ReplyLost() : new Fault.None();
            });
    Engine engine = bench.engine(deaf, bench.watchedContent, Bench.pipeline(stage, Stage.copy()));
    assertThrows(OutcomeUnknownException.class, () -> complete(engine, stage.token()));
    Engine well = engine();
    assertEquals(CompletionOutcome.DONE, complete(well, stage.token()));
    assertVerified(well);
  }

  @Test
  void forgedToken_isRefusedWithoutASay() throws IOException {
    Engine engine = left();
    String token = stage.token();
    String fields =
        new String(Base64.getUrlDecoder().decode(token.substring(4)), StandardCharsets.US_ASCII);
    Entry before = bench.entry(RIDE);
    for (String forged :
        List.of(
            "",
            "ic1.",
            "no token",
            token + "A",
            token.substring(0, token.length() - 4),
            token.toUpperCase(java.util.Locale.ROOT),
            "x".repeat(2_000),
            "ic1." + "A".repeat(2_000),
            encoded(fields.replace("ride-1", "ride-2")),
            encoded(fields.replace("alice", "bob")),
            encoded(fields.substring(0, fields.length() - 32) + "0".repeat(32)),
            encoded(fields.replace("\n1\n", "\n0\n")),
            encoded(fields.replace("\n1\n", "\n-1\n")),
            encoded(fields + "\n"))) {
      assertRefused(Reason.UNKNOWN, () -> complete(engine, forged));
      assertRefused(Reason.UNKNOWN, () -> engine.completing().fail(forged, "no", true));
      assertRefused(Reason.UNKNOWN, () -> engine.completing().extend(forged, WITHIN));
    }
    assertEquals(before, bench.entry(RIDE));
  }

  private static String encoded(String fields) {
    return "ic1."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(fields.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void tokenOfBeforeARedrive_isStale() throws IOException {
    Engine engine = left();
    String first = stage.token();
    for (int i = 0; i < 5 && bench.state(RIDE) != State.FAILED; i++) {
      bench.time.advance(WITHIN.plusSeconds(1));
      bench.run(engine);
    }
    assertEquals(State.FAILED, bench.state(RIDE));
    assertTrue(
        bench.entry(RIDE).standing().failure().orElseThrow().message().contains("the system"));
    String last = stage.token();
    assertRefused(Reason.STALE, () -> complete(engine, last));
    engine.acting().redrive(RIDE, CAROL, false);
    bench.run(engine);
    assertRefused(Reason.STALE, () -> complete(engine, first));
    assertRefused(Reason.STALE, () -> complete(engine, last));
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
    assertNotEquals(stage.keys.get(0), stage.keys.get(stage.keys.size() - 1), "another epoch");
    assertVerified(engine);
  }

  @Test
  void erasureMeanwhile_endsTheRight() {
    Engine engine = left();
    engine.acting().act(RIDE, new Event.DiscardDecided(Event.Ground.ERASURE, CAROL), false);
    assertEquals(State.DISCARDING, bench.state(RIDE));
    assertRefused(Reason.STALE, () -> complete(engine, stage.token()));
  }

  @Test
  void erasureWhileTheOutputIsWritten_isNotUndone() {
    Engine engine = left();
    StageCompletion erased =
        context -> {
          copy().complete(context);
          engine.acting().act(RIDE, new Event.DiscardDecided(Event.Ground.ERASURE, CAROL), false);
        };
    assertRefused(Reason.STALE, () -> engine.completing().complete(stage.token(), erased));
    assertEquals(State.DISCARDING, bench.state(RIDE));
  }

  @Test
  void otherLifeOfTheLedger_endsTheRight() {
    Engine engine = left();
    IncarnationId before = bench.ledger.incarnation();
    assertTrue(bench.ledger.renew(before, IncarnationId.ofBits(8, 8)).isApplied());
    assertRefused(Reason.STALE, () -> complete(engine, stage.token()));
  }

  @Test
  void markSetMeanwhile_costsNothing() throws IOException {
    Engine engine = left();
    Hold hold = new Hold("carol", "legal request", bench.time.instant());
    StageCompletion held =
        context -> {
          copy().complete(context);
          engine.acting().act(RIDE, new Event.HoldPlaced(hold), false);
        };
    assertEquals(CompletionOutcome.DONE, engine.completing().complete(stage.token(), held));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(Optional.of(hold), bench.entry(RIDE).standing().hold());
  }

  @Test
  void bytesThatAreCutOff_takeNoEffectAndAreSentAgain() throws IOException {
    Engine engine = left();
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("the connection was reset");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            return read();
          }
        };
    StageCompletion cut =
        context -> {
          context.emit(ItemName.of("a"), new ByteArrayInputStream(new byte[] {1, 2}));
          context.emit(ItemName.of("z"), new ByteArrayInputStream(new byte[] {3}));
          context.emit(
              ItemName.of("b"),
              new SequenceInputStream(new ByteArrayInputStream(new byte[] {4}), broken));
        };
    Entry before = bench.entry(RIDE);
    assertThrows(IOException.class, () -> engine.completing().complete(stage.token(), cut));
    assertEquals(before, bench.entry(RIDE));
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
    assertVerified(engine);
  }

  @Test
  void bodyThatEndsBeforeItsLength_isNotTakenForWhole() throws IOException {
    Engine engine = left();
    StageCompletion cut =
        context ->
            context.emit(
                ItemName.of("a"),
                OptionalLong.of(10),
                Optional.empty(),
                new ByteArrayInputStream(new byte[9]));
    assertThrows(
        ItemRefusedException.class, () -> engine.completing().complete(stage.token(), cut));
    StageCompletion swallowed =
        context -> {
          assertThrows(ItemRefusedException.class, () -> cut.complete(context));
          context.emit(ItemName.of("b"), new ByteArrayInputStream(new byte[1]));
        };
    assertThrows(
        RuntimeException.class, () -> engine.completing().complete(stage.token(), swallowed));
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
    assertVerified(engine);
  }

  @Test
  void failure_isRetriedWithAnotherToken() throws IOException {
    Engine engine = left();
    String first = stage.token();
    assertEquals(
        CompletionOutcome.RETRIED, engine.completing().fail(first, "the farm is full", false));
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    assertEquals(
        CompletionOutcome.RETRIED, engine.completing().fail(first, "the farm is full", false));
    assertRefused(Reason.STALE, () -> complete(engine, first));
    bench.time.advance(Duration.ofSeconds(2));
    bench.run(engine);
    assertEquals(2, stage.tokens.size());
    assertEquals(CompletionOutcome.RETRIED, engine.completing().fail(first, "again", false));
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
    assertVerified(engine);
  }

  @Test
  void failureForGood_failsTheSequenceLoudly() {
    Engine engine = left();
    String token = stage.token();
    assertEquals(CompletionOutcome.FAILED, engine.completing().fail(token, "no such film", true));
    assertEquals(CompletionOutcome.FAILED, engine.completing().fail(token, "no such film", true));
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals("STAGE_REFUSED", bench.entry(RIDE).standing().failure().orElseThrow().code());
    assertEquals(List.of("SEQUENCE_FAILED"), bench.alertCodes());
  }

  @Test
  void attemptsThatAreSpent_failTheSequence() {
    Engine engine = left();
    CompletionOutcome last = CompletionOutcome.RETRIED;
    for (int i = 0; i < 5 && last == CompletionOutcome.RETRIED; i++) {
      last = engine.completing().fail(stage.token(), "the farm is full", false);
      bench.time.advance(Duration.ofMinutes(2));
      bench.run(engine);
    }
    assertEquals(CompletionOutcome.FAILED, last);
    assertEquals(3, stage.tokens.size());
    assertEquals(State.FAILED, bench.state(RIDE));
  }

  @Test
  void textThatSomebodyWrote_isNotReadAsAnEnd() throws IOException {
    Engine engine = left();
    String first = stage.token();
    String row = bench.history(RIDE).get(1).note().detail();
    String digest = row.substring(row.indexOf("sha256:"), row.indexOf("; until"));
    bench.time.advance(WITHIN.plusSeconds(1));
    bench.run(engine);
    engine.completing().fail(stage.token(), "x; ended=" + digest + "; y", false);
    assertRefused(Reason.STALE, () -> complete(engine, first));
  }

  @Test
  void moreTime_isGivenAsFarAsTheDeadline() throws IOException {
    Engine engine = left();
    bench.time.advance(Duration.ofMinutes(19));
    Instant deadline = bench.entry(RIDE).receipt().deadline();
    Instant later = engine.completing().extend(stage.token(), WITHIN);
    assertEquals(bench.time.instant().plus(WITHIN), later);
    assertEquals(later, engine.completing().extend(stage.token(), Duration.ofMinutes(1)));
    bench.time.advance(Duration.ofMinutes(10));
    assertEquals(deadline, engine.completing().extend(stage.token(), Duration.ofDays(1)));
    bench.time.advance(Duration.ofMinutes(29));
    assertEquals(0, engine.worker().tick());
    assertThrows(
        InvalidValueException.class,
        () -> engine.completing().extend(stage.token(), Completions.LONGEST.plusMillis(1)));
    assertEquals(CompletionOutcome.DONE, complete(engine, stage.token()));
    assertVerified(engine);
  }
}
