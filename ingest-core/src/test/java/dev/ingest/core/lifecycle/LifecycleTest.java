package dev.ingest.core.lifecycle;

import static dev.ingest.core.lifecycle.Decisions.assertRefused;
import static dev.ingest.core.lifecycle.Decisions.codes;
import static dev.ingest.core.lifecycle.Decisions.decided;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.Event.Ground;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The lifecycle, row by row. */
final class LifecycleTest {

  private static final Act CAROL = new Act("carol", "deployment fixed");
  private static final PipelineRef OTHER = new PipelineRef("other", Digest.ofUtf8("other plan"));
  private static final Digest ROOT = Entries.OUTPUT.manifest().root();
  private static final Clocks AGREEING = new Clocks(Duration.ZERO, Optional.empty());
  private static final Instant IN_TIME = Entries.DEADLINE.minusMillis(1);
  private static final Instant LATE = Entries.EXPIRES_AT.plus(Duration.ofDays(2));

  static Stream<Arguments> everyStateAndEvent() {
    List<Arguments> all = new ArrayList<>();
    for (State state : State.values()) {
      for (Event event : events()) {
        all.add(Arguments.of(state, event.kind(), event));
      }
    }
    return all.stream();
  }

  /** At least one event of each kind. */
  private static List<Event> events() {
    Receipt again =
        new Receipt(
            Entries.KEY, Entries.RAW, LATE, LATE.plusSeconds(9), LATE.plus(Duration.ofDays(9)));
    return List.of(
        new Event.StageDone(Entries.OUTPUT, Optional.of(Entries.SECOND)),
        new Event.StageDone(Entries.OUTPUT, Optional.empty()),
        new Event.StageFailed(Entries.FAILURE, false, 3, LATE.plusSeconds(1)),
        new Event.StageFailed(Entries.FAILURE, false, 1, LATE.plusSeconds(1)),
        new Event.StageFailed(Entries.FAILURE, true, 3, LATE.plusSeconds(1)),
        new Event.StagePending(ROOT, LATE.plusSeconds(1)),
        new Event.LeaseLost(Entries.LEASE, 3),
        new Event.Verified(ROOT, LATE),
        new Event.VerificationFailed(Entries.FAILURE),
        new Event.VerificationUnknown(Entries.FAILURE, OptionalInt.empty(), LATE.plusSeconds(1)),
        new Event.VerificationUnknown(Entries.FAILURE, OptionalInt.of(1), LATE.plusSeconds(1)),
        new Event.DeadlinePassed(),
        new Event.ExpiryNear(Duration.ofHours(72), 1),
        new Event.ToldEarly(0),
        new Event.DeadlineExtended(Entries.EXPIRES_AT, CAROL),
        new Event.HoldPlaced(new Hold("carol", "court order", LATE)),
        new Event.HoldReleased(CAROL),
        redrive(Entries.EXPIRES_AT),
        reroute(),
        new Event.Readmitted(
            again,
            new RawLocation(SessionId.ofBits(9, 9), List.of(0)),
            Entries.PIPELINE,
            Entries.FIRST),
        new Event.DiscardDecided(Ground.ERASURE, CAROL),
        new Event.DiscardDecided(Ground.STRICT_EXPIRY, CAROL),
        new Event.DiscardDecided(Ground.STRICT_EXPIRY_EVEN_HELD, CAROL),
        new Event.DiscardDecided(Ground.OPERATOR, CAROL),
        new Event.DisposalFinished(),
        new Event.ExpiryStarted(
            new Proof.ReadBack(ROOT, LATE), AGREEING, Duration.ofDays(1), Duration.ofHours(1)),
        new Event.DamageFound(Entries.FAILURE, true),
        new Event.DamageFound(Entries.FAILURE, false),
        new Event.RawDamageFound(Entries.FAILURE, LATE, Optional.empty()),
        new Event.ProofRenewed(ROOT, LATE, Optional.of(CAROL)),
        new Event.LeftoversSwept(),
        new SideRunEvent.Started(
            RunKind.REPLACEMENT, Entries.PIPELINE, Entries.FIRST, Optional.empty(), CAROL),
        new SideRunEvent.Cancelled(CAROL),
        new SideRunEvent.Replaced(ROOT, LATE, Duration.ofDays(7)),
        new SideRunEvent.Compared(ROOT, true, ""),
        new SideRunEvent.Released());
  }

  @ParameterizedTest(name = "{0} + {1}")
  @MethodSource("everyStateAndEvent")
  void everyStateAndEvent_followsTheTable(State state, EventKind kind, Event event) {
    Entry before = Entries.in(state);
    Decision decision = Lifecycle.decide(before, event, LATE);
    if (!kind.isPossibleIn(state)) {
      assertInstanceOf(Decision.Refused.class, decision);
      return;
    }
    if (decision instanceof Decision.Change change) {
      Entry after = change.after();
      assertTrue(kind.leads(state, after.state()));
      assertEquals(before.version() + 1, after.version());
      assertEquals(before.position().fence(), after.position().fence());
      assertTrue(after.run().epoch() >= before.run().epoch());
      assertEquals(before.chain(), after.chain(), "linking is not the lifecycle's business");
      if (after.state() != state && isAlarming(after.state())) {
        assertFalse(change.alerts().isEmpty(), "S10: " + after.state() + " carries its alert");
      }
      assertEquals(
          change.lease() == LeaseEffect.END ? Optional.empty() : before.position().lease(),
          after.position().lease());
    }
  }

  @Test
  void everyKind_hasAnEventHere() {
    List<EventKind> covered = events().stream().map(Event::kind).distinct().toList();
    assertEquals(List.of(EventKind.values()).size(), covered.size());
  }

  @Test
  void stageDone_movesOnOrEndsTheRun() {
    Entry processing = Entries.in(State.PROCESSING);
    Entry next =
        change(processing, new Event.StageDone(Entries.OUTPUT, Optional.of(Entries.SECOND)));
    assertEquals(State.ACCEPTED, next.state());
    assertEquals(Optional.of(Entries.SECOND), next.run().stage());
    assertEquals(0, next.run().attempts());
    Entry last = change(processing, new Event.StageDone(Entries.OUTPUT, Optional.empty()));
    assertEquals(State.PROCESSED, last.state());
    assertEquals(Optional.of(Entries.OUTPUT), last.run().output());
    assertTrue(last.published().isEmpty());
  }

  @Test
  void verifiedWithAnotherRoot_isRefused() {
    Decision decision =
        Lifecycle.decide(
            Entries.in(State.PROCESSED), new Event.Verified(Digest.ofUtf8("x"), LATE), LATE);
    assertInstanceOf(Decision.Refused.class, decision);
  }

  @Test
  void verifiedAfterItsDeadline_isTold() {
    Entry overdue = Entries.in(State.PROCESSED, Standing.CLEAR.withOverdue(true));
    Decision.Change change = decided(overdue, new Event.Verified(ROOT, LATE), LATE);
    assertFalse(change.after().standing().overdue());
    assertEquals(List.of("SEQUENCE_RECOVERED"), codes(change));
  }

  @Test
  void verifiedAfterADeadlineOfWhichNobodyHadTold_isToldTwice() {
    Entry processed = Entries.in(State.PROCESSED);
    Event verified = new Event.Verified(ROOT, LATE);
    Decision.Change change = decided(processed, verified, Entries.DEADLINE);
    assertFalse(change.after().standing().overdue());
    assertEquals(List.of("SEQUENCE_OVERDUE", "SEQUENCE_RECOVERED"), codes(change));
    assertEquals(List.of(), codes(decided(processed, verified, IN_TIME)));
  }

  @Test
  void verifiedAfterARedrive_isTold() {
    Entry failed = Entries.in(State.FAILED);
    Entry again = decided(failed, redrive(Entries.EXPIRES_AT), Entries.DEADLINE).after();
    Run run = Entries.in(State.PROCESSED).run();
    Entry processed =
        Entries.in(State.PROCESSED, again.standing())
            .withRun(
                new Run(
                    again.run().epoch(), run.kind(), run.pipeline(), run.stage(), 0, run.output()));
    assertEquals(
        List.of("SEQUENCE_RECOVERED"),
        codes(decided(processed, new Event.Verified(ROOT, IN_TIME), IN_TIME)));
    assertEquals(
        List.of(),
        codes(decided(Entries.in(State.PROCESSED), new Event.Verified(ROOT, IN_TIME), IN_TIME)));
  }

  @Test
  void whatWasToldEarly_isWithdrawnAsFarAsItsTimeHasNotCome() {
    Instant before = Entries.DEADLINE.minusMillis(1);
    Standing told = Standing.CLEAR.withOverdue(true).withEscalations(3);
    Entry entry = Entries.in(State.ACCEPTED, told);
    Decision.Change early = decided(entry, new Event.ToldEarly(1), before);
    assertEquals(told.withOverdue(false).withEscalations(1), early.after().standing());
    assertEquals(List.of(), codes(early));
    Decision.Change part = decided(entry, new Event.ToldEarly(1), Entries.DEADLINE);
    assertEquals(told.withEscalations(1), part.after().standing());
    assertRefused(entry, new Event.ToldEarly(3), Entries.DEADLINE);
  }

  @Test
  void aDeadlineThatHasPassed_isNoNewDeadline() {
    Event past = new Event.DeadlineExtended(Entries.DEADLINE.plusMillis(1), CAROL);
    assertRefused(Entries.in(State.ACCEPTED), past, Entries.DEADLINE.plusMillis(1));
    decided(Entries.in(State.ACCEPTED), past, Entries.DEADLINE);
  }

  @Test
  void damageAfterTheDeadline_isToldOnce() {
    Decision.Change late =
        decided(
            Entries.in(State.VERIFIED),
            new Event.DamageFound(Entries.FAILURE, true),
            Entries.DEADLINE);
    assertEquals(List.of("SEQUENCE_FAILED"), codes(late));
    assertRefused(late.after(), new Event.DeadlinePassed(), LATE);
    Decision.Change early =
        decided(
            Entries.in(State.VERIFIED),
            new Event.DamageFound(Entries.FAILURE, true),
            Entries.DEADLINE.minusMillis(1));
    assertEquals(
        List.of("SEQUENCE_OVERDUE"),
        codes(decided(early.after(), new Event.DeadlinePassed(), LATE)));
  }

  @Test
  void deadline_isToldOnceAndNotBefore() {
    Entry accepted = Entries.in(State.ACCEPTED);
    Event passed = new Event.DeadlinePassed();
    assertRefused(accepted, passed, Entries.DEADLINE.minusMillis(1));
    Decision.Change change = decided(accepted, passed, Entries.DEADLINE);
    assertEquals(List.of("SEQUENCE_OVERDUE"), codes(change));
    assertRefused(change.after(), passed, LATE);
  }

  @Test
  void expiryNear_isToldOncePerLevelAndNotBefore() {
    Entry accepted = Entries.in(State.ACCEPTED);
    Event first = new Event.ExpiryNear(Duration.ofHours(6), 1);
    Event second = new Event.ExpiryNear(Duration.ofHours(1), 2);
    Instant six = Entries.EXPIRES_AT.minus(Duration.ofHours(6));
    Instant one = Entries.EXPIRES_AT.minus(Duration.ofHours(1));
    assertRefused(accepted, first, six.minusMillis(1));
    Decision.Change told = decided(accepted, first, six);
    assertEquals(List.of("SEQUENCE_AT_RISK"), codes(told));
    assertEquals(1, told.after().standing().escalations());
    assertRefused(told.after(), first, LATE);
    assertRefused(told.after(), second, one.minusMillis(1));
    Decision.Change again = decided(told.after(), second, one);
    assertEquals(List.of("SEQUENCE_AT_RISK"), codes(again));
    assertEquals(2, again.after().standing().escalations());
    assertRefused(again.after(), second, LATE);
  }

  @Test
  void expiryNear_toldLateSkipsTheLevelsThatWerePassed() {
    Entry failed = Entries.in(State.FAILED);
    Event third = new Event.ExpiryNear(Duration.ofMinutes(30), 3);
    Decision.Change told = decided(failed, third, LATE);
    assertEquals(1, told.alerts().size());
    assertEquals(3, told.after().standing().escalations());
    assertRefused(told.after(), new Event.ExpiryNear(Duration.ofHours(6), 1), LATE);
    assertRefused(told.after(), new Event.ExpiryNear(Duration.ofHours(1), 2), LATE);
  }

  @Test
  void expiryNear_namesStateTimeLeftLeadLevelAndHold() {
    Standing held = Standing.CLEAR.withHold(Optional.of(new Hold("carol", "court order", LATE)));
    Event near = new Event.ExpiryNear(Duration.ofHours(6), 2);
    Instant now = Entries.EXPIRES_AT.minus(Duration.ofMinutes(90));
    assertEquals(
        "FAILED and not verified; its time to live ends at "
            + Entries.EXPIRES_AT
            + ", PT1H30M left; level 2, within PT6H of it; held by carol: court order",
        decided(Entries.in(State.FAILED, held), near, now).alerts().get(0).message());
    String late =
        decided(Entries.in(State.PROCESSED), near, Entries.EXPIRES_AT.plusSeconds(5))
            .alerts()
            .get(0)
            .message();
    assertTrue(late.contains(", PT5S ago; ") && late.endsWith("; no hold is placed"), late);
  }

  @Test
  void expiryNear_isHeldToItsRange() {
    Duration lead = Duration.ofHours(1);
    assertThrows(InvalidValueException.class, () -> new Event.ExpiryNear(lead.negated(), 1));
    assertThrows(InvalidValueException.class, () -> new Event.ExpiryNear(lead, 0));
    assertThrows(
        InvalidValueException.class,
        () -> new Event.ExpiryNear(lead, Standing.MAX_ESCALATIONS + 1));
  }

  @Test
  void readmissionAndVerification_endTheRisk() {
    Entry risky = Entries.in(State.PROCESSED, Standing.CLEAR.withEscalations(4));
    assertFalse(change(risky, new Event.Verified(ROOT, LATE)).standing().isAtRisk());
    Entry failed = Entries.in(State.FAILED, Standing.CLEAR.withEscalations(4));
    Entry redriven = decided(failed, redrive(Entries.EXPIRES_AT), Entries.DEADLINE).after();
    assertEquals(4, redriven.standing().escalations(), "its raw bytes expire when they did");
  }

  @Test
  void mark_keepsTheLease() {
    Entry processing = Entries.in(State.PROCESSING);
    Decision.Change change = decided(processing, new Event.DeadlinePassed(), LATE);
    assertEquals(LeaseEffect.KEEP, change.lease());
    assertEquals(processing.position().lease(), change.after().position().lease());
  }

  @Test
  void leaseLost_failsOnceTheAttemptsAreSpent() {
    Entry processing = Entries.in(State.PROCESSING);
    Entry spent = processing.withRun(processing.run().withAttempts(4));
    assertEquals(
        State.PROCESSING, change(processing, new Event.LeaseLost(Entries.LEASE, 3)).state());
    assertEquals(State.FAILED, change(spent, new Event.LeaseLost(Entries.LEASE, 3)).state());
  }

  @Test
  void aProof_isOfThePublishedRootAndMovesOnlyForward() {
    Entry verified = Entries.in(State.VERIFIED);
    Instant before = verified.published().orElseThrow().provenAt();
    Instant now = before.plusSeconds(60);
    Entry after = decided(verified, proof(ROOT, now), now).after();
    assertEquals(now, after.published().orElseThrow().provenAt());
    assertEquals(verified.position().visibleAt(), after.position().visibleAt());
    assertRefused(verified, proof(Digest.ofUtf8("x"), now), now);
    assertRefused(verified, proof(ROOT, before), now);
    assertRefused(verified, proof(ROOT, now.plusMillis(1)), now);
    Instant earlier = before.minusSeconds(60);
    Entry back = decided(verified, proof(ROOT, earlier), earlier).after();
    assertEquals(earlier, back.published().orElseThrow().provenAt(), "the clock was ahead then");
  }

  private static Event proof(Digest root, Instant at) {
    return new Event.ProofRenewed(root, at, Optional.empty());
  }

  @Test
  void strictDiscard_waitsForExpiryAndYieldsToAHold() {
    Event strict = new Event.DiscardDecided(Ground.STRICT_EXPIRY, CAROL);
    Entry processing = Entries.in(State.PROCESSING);
    assertRefused(processing, strict, Entries.EXPIRES_AT.minusMillis(1));
    Decision.Change change = decided(processing, strict, Entries.EXPIRES_AT);
    assertEquals(State.DISCARDING, change.after().state());
    assertEquals(Optional.empty(), change.after().position().lease(), "the lease is revoked");
    Standing held = Standing.CLEAR.withHold(Optional.of(new Hold("carol", "why", LATE)));
    assertRefused(Entries.in(State.PROCESSING, held), strict, LATE);
    assertRefused(Entries.in(State.VERIFIED), strict, LATE);
  }

  @Test
  void discard_endsTheHoldOfABackfillAndLeavesThatOfAPerson() {
    Event discard = new Event.DiscardDecided(Ground.ERASURE, CAROL);
    Standing marks = Standing.CLEAR.withOverdue(true).withEscalations(2);
    for (State state : discard.kind().edges().stream().map(EventKind.Edge::from).toList()) {
      Optional<Hold> backfill = Optional.of(new Hold("backfill/march", "why", LATE));
      Entry held = Entries.in(state, marks.withHold(backfill));
      Standing released = held.standing().withHold(Optional.empty()).withLeftovers(true);
      assertEquals(released, change(held, discard).standing(), state.name());
      Optional<Hold> person = Optional.of(new Hold("dan", "court order", LATE));
      Entry kept = Entries.in(state, marks.withHold(person));
      assertEquals(person, change(kept, discard).standing().hold(), state.name());
    }
  }

  @Test
  void reupload_endsTheHoldOfABackfillThatWasLeftWithoutRawBytes() {
    Event again =
        new Event.Readmitted(
            Entries.in(State.FAILED).receipt(), Entries.LOCATION, Entries.PIPELINE, Entries.FIRST);
    Optional<Hold> backfill = Optional.of(new Hold("backfill/march", "why", LATE));
    Optional<Hold> person = Optional.of(new Hold("dan", "court order", LATE));
    for (State state : again.kind().edges().stream().map(EventKind.Edge::from).toList()) {
      Entry held = Entries.in(state, Standing.CLEAR.withHold(backfill));
      Optional<Hold> left = state == State.FAILED ? backfill : Optional.empty();
      assertEquals(left, change(held, again).standing().hold(), state.name());
      Entry kept = Entries.in(state, Standing.CLEAR.withHold(person));
      assertEquals(person, change(kept, again).standing().hold(), state.name());
    }
  }

  @Test
  void operator_discardsOnlyWhatFailedOrWasLost() {
    Event discard = new Event.DiscardDecided(Ground.OPERATOR, CAROL);
    assertRefused(Entries.in(State.ACCEPTED), discard, LATE);
    assertEquals(State.DISCARDING, change(Entries.in(State.FAILED), discard).state());
  }

  @Test
  void damage_isFailureWhileRawBytesExistAndLossAfterwards() {
    Event damage = new Event.DamageFound(Entries.FAILURE, true);
    Entry failed = change(Entries.in(State.VERIFIED), damage);
    assertEquals(State.FAILED, failed.state());
    assertTrue(failed.published().isEmpty(), "withdrawn by policy");
    Decision.Change lost = decided(Entries.in(State.EXPIRED), damage, LATE);
    assertEquals(State.LOST, lost.after().state());
    assertEquals(List.of("SEQUENCE_LOST"), codes(lost));
    Event kept = new Event.DamageFound(Entries.FAILURE, false);
    assertTrue(change(Entries.in(State.VERIFIED), kept).published().isPresent());
  }

  @Test
  void readmission_needsTheSameRoot() {
    Receipt other =
        new Receipt(
            Entries.KEY,
            Entries.OUTPUT.manifest(),
            LATE,
            LATE.plusSeconds(1),
            LATE.plus(Duration.ofDays(9)));
    assertRefused(
        Entries.in(State.FAILED),
        new Event.Readmitted(other, Entries.LOCATION, Entries.PIPELINE, Entries.FIRST),
        LATE);
  }

  @Test
  void redrive_needsADeadlineBetweenNowAndExpiry() {
    Entry failed = Entries.in(State.FAILED);
    Instant now = Entries.DEADLINE;
    assertRefused(failed, redrive(now.minusMillis(1)), now);
    assertRefused(failed, redrive(Entries.EXPIRES_AT.plusMillis(1)), now);
    Entry again = decided(failed, redrive(Entries.EXPIRES_AT), now).after();
    assertEquals(2, again.run().epoch());
    assertEquals(Optional.of(Entries.FIRST), again.run().stage());
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void everyState_isReached(State state) {
    boolean first = state == State.ACCEPTED;
    boolean reached =
        Stream.of(EventKind.values())
            .flatMap(kind -> kind.edges().stream())
            .anyMatch(edge -> edge.to().contains(state) && edge.from() != state);
    // PROCESSING is entered by the ledger's claim, which is no event of the lifecycle.
    assertTrue(first || reached || state == State.PROCESSING);
  }

  private static Event reroute() {
    return new Event.Rerouted("test", OTHER, Entries.SECOND, CAROL);
  }

  private static Event redrive(Instant deadline) {
    return new Event.Redriven(Entries.PIPELINE, Entries.FIRST, deadline, Duration.ofDays(7), CAROL);
  }

  private static boolean isAlarming(State state) {
    return state == State.FAILED || state == State.DISCARDING || state == State.LOST;
  }

  private static Entry change(Entry entry, Event event) {
    return decided(entry, event, LATE).after();
  }
}
