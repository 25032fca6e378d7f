package dev.ingest.core.lifecycle;

import static dev.ingest.core.lifecycle.Decisions.decided;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.Event.Ground;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What decisions say: expected and actual where they refuse, alerts and details where they do. */
final class DecisionWordsTest {

  private static final Act CAROL = new Act("carol", "deployment fixed");
  private static final Digest ROOT = Entries.OUTPUT.manifest().root();
  private static final Digest OTHER = Digest.ofUtf8("other");
  private static final Instant LATE = Entries.EXPIRES_AT.plus(Duration.ofDays(2));
  private static final Clocks AGREEING = new Clocks(Duration.ZERO, Optional.empty());
  private static final Standing HELD =
      Standing.CLEAR.withHold(Optional.of(new Hold("dan", "court order", LATE)));

  static Stream<Arguments> refusals() {
    Instant deadline = Entries.DEADLINE;
    Instant expiry = Entries.EXPIRES_AT;
    Entry accepted = Entries.in(State.ACCEPTED);
    Entry failed = Entries.in(State.FAILED);
    Entry verified = Entries.in(State.VERIFIED);
    Failure rotten = new Failure(Event.RawDamageFound.CODE, Optional.empty(), "a bit has turned");
    Event damage = new Event.RawDamageFound(rotten, deadline, Optional.empty());
    Entry damaged = decided(failed, damage, deadline).after();
    Event shadow =
        new SideRunEvent.Started(
            RunKind.SHADOW, Entries.PIPELINE, Entries.FIRST, Optional.of("march"), CAROL);
    Entry beside = decided(verified, shadow, deadline).after();
    String run = "a SHADOW run of epoch 2 on test for backfill march";
    SealedOutput other = new SealedOutput(new ContentPrefix("run/x"), Entries.RAW);
    Receipt foreign =
        new Receipt(Entries.KEY, Entries.OUTPUT.manifest(), deadline, deadline, expiry);
    return Stream.of(
        refusal(verified, new Event.Verified(ROOT, LATE), LATE, "it needs PROCESSED"),
        refusal(verified, new Event.LeftoversSwept(), LATE, "it is not marked with leftovers"),
        refusal(
            Entries.in(State.PROCESSED),
            new Event.Verified(OTHER, LATE),
            LATE,
            "read back root " + OTHER + ", expected " + ROOT),
        refusal(
            accepted,
            new Event.DeadlinePassed(),
            deadline.minusMillis(1),
            "not newly past its deadline " + deadline),
        refusal(
            accepted,
            new Event.ExpiryNear(Duration.ofHours(6), 1),
            deadline,
            "told at level 0, not newly at level 1 within PT6H of its expiry " + expiry),
        refusal(
            accepted, new Event.ToldEarly(1), deadline, "nothing of it was told before its time"),
        refusal(
            accepted,
            new Event.DeadlineExtended(deadline, CAROL),
            deadline,
            "a new deadline lies after %s, after now, %s, and not after %s"
                .formatted(deadline, deadline, expiry)),
        refusal(accepted, new Event.HoldReleased(CAROL), LATE, "no hold is placed"),
        refusal(
            accepted,
            redrive(expiry),
            deadline,
            "redriven once it is overdue; its deadline is " + deadline),
        refusal(
            failed,
            redrive(expiry.plusMillis(1)),
            deadline,
            "a redrive's deadline lies from now, " + deadline + ", to " + expiry),
        refusal(
            failed,
            redrive(LATE.minusMillis(1)),
            LATE,
            "a redrive's deadline lies from now, " + LATE + " on"),
        refusal(
            failed,
            redrive(Entries.ACCEPTED_AT.minusMillis(1)),
            Entries.ACCEPTED_AT.minusSeconds(60),
            "a redrive's deadline lies from its acceptance, "
                + Entries.ACCEPTED_AT
                + ", to "
                + expiry),
        refusal(
            failed,
            new Event.Readmitted(foreign, Entries.LOCATION, Entries.PIPELINE, Entries.FIRST),
            LATE,
            "a re-upload repairs only with the same root " + Entries.RAW.root()),
        refusal(
            accepted,
            new Event.DiscardDecided(Ground.OPERATOR, CAROL),
            LATE,
            "an operator discards what is FAILED or LOST"),
        refusal(accepted, new Event.DiscardDecided(Ground.CANARY, CAROL), LATE, "it is no canary"),
        refusal(
            accepted,
            new Event.DiscardDecided(Ground.STRICT_EXPIRY, CAROL),
            deadline,
            "STRICT_EXPIRY discards what is in flight or FAILED past its expiry " + expiry),
        refusal(
            Entries.in(State.FAILED, HELD),
            new Event.DiscardDecided(Ground.STRICT_EXPIRY, CAROL),
            LATE,
            expiry + "; a hold is placed by dan"),
        refusal(beside, new Event.LeftoversSwept(), LATE, run + " is under way, and leaves more"),
        refusal(
            failed,
            new Event.ProofRenewed(OTHER, LATE, Optional.empty()),
            LATE,
            "read back root " + OTHER + ", expected " + Entries.RAW.root()),
        refusal(
            verified,
            new Event.ProofRenewed(ROOT, LATE, Optional.empty()),
            deadline,
            "a reading of %s, asked for at %s, is no newer proof than that of %s"
                .formatted(LATE, deadline, Entries.ACCEPTED_AT)),
        refusal(
            damaged,
            damage,
            deadline,
            "a reading of %s is older than that of %s".formatted(deadline, deadline)),
        refusal(
            accepted,
            new Event.Rerouted("third", new PipelineRef("next", OTHER), Entries.FIRST, CAROL),
            LATE,
            "it is in pipeline test, and was to go from third to next"),
        refusal(
            damaged,
            new Event.Rerouted("test", new PipelineRef("next", OTHER), Entries.FIRST, CAROL),
            LATE,
            "its raw bytes are damaged; only a re-upload repairs it"),
        refusal(beside, shadow, LATE, run + " is under way; wait for it, or cancel it"),
        refusal(
            beside,
            new SideRunEvent.Replaced(ROOT, LATE, Duration.ZERO),
            LATE,
            "a REPLACEMENT run was read back, " + run + " is there"),
        refusal(
            beside,
            new SideRunEvent.Compared(ROOT, true, ""),
            LATE,
            "read back root " + ROOT + ", expected a candidate of root Optional.empty"),
        refusal(
            Entries.published(new Publication(other, 1, Entries.ACCEPTED_AT)),
            shadow,
            LATE,
            "its result is not the one of its run, " + verified.run()),
        refusal(
            verified,
            new SideRunEvent.Released(),
            LATE,
            "no superseded result of it is past its time, Optional.empty"),
        refusal(
            beside,
            expiry(new Proof.ReadBack(ROOT, LATE), AGREEING),
            LATE,
            run + " is under way, which reads its raw bytes"));
  }

  static Stream<Arguments> refusedExpiries() {
    Entry verified = Entries.in(State.VERIFIED);
    Instant expiry = Entries.EXPIRES_AT;
    Proof proof = new Proof.ReadBack(ROOT, LATE);
    Publication shown = verified.published().orElseThrow();
    Entry fresh = Entries.published(new Publication(shown.result(), shown.epoch(), LATE));
    return Stream.of(
        refusal(
            Entries.in(State.VERIFIED, HELD),
            expiry(proof, AGREEING),
            LATE,
            "a hold is placed by dan"),
        refusal(
            verified,
            expiry(proof, AGREEING),
            expiry,
            "raw bytes stay until " + expiry.plus(Duration.ofDays(1))),
        refusal(
            verified,
            expiry(proof, new Clocks(Duration.ZERO, Optional.of("it stands still"))),
            LATE,
            "it stands still"),
        refusal(
            verified,
            expiry(proof, new Clocks(Duration.ofDays(3), Optional.empty())),
            LATE,
            "of the time up to %s, PT72H were not measured by any node, so that it may not be %s yet"
                .formatted(LATE, expiry)),
        refusal(
            verified,
            expiry(new Proof.ReadBack(OTHER, LATE), AGREEING),
            LATE,
            "what was read has root " + OTHER + ", what was published " + ROOT),
        refusal(
            fresh,
            expiry(new Proof.Listed(2, 9), AGREEING),
            LATE,
            "2 keys with 9 bytes of items are listed, published were 2 items of 10 bytes and a"
                + " manifest"),
        refusal(
            verified,
            expiry(new Proof.ReadBack(ROOT, LATE.plusMillis(1)), AGREEING),
            LATE,
            "the proof of " + LATE.plusMillis(1) + " lies ahead of the time"),
        refusal(
            verified,
            expiry(new Proof.ReadBack(ROOT, expiry), AGREEING),
            LATE,
            "the proof of " + expiry + " is too old"));
  }

  private static Arguments refusal(Entry entry, Event event, Instant now, String reason) {
    return Arguments.of(event.kind() + " of " + entry.state(), entry, event, now, reason);
  }

  @ParameterizedTest(name = "{0}: {4}")
  @MethodSource({"refusals", "refusedExpiries"})
  void aRefusal_saysWhichSequenceIsInWhichStateAndWhyNot(
      String name, Entry entry, Event event, Instant now, String reason) {
    Decision.Refused refused =
        assertInstanceOf(Decision.Refused.class, Lifecycle.decide(entry, event, now), name);
    assertTrue(
        refused.reason().startsWith(entry.key() + " is " + entry.state() + "; "), refused::reason);
    assertTrue(refused.reason().endsWith(reason), refused::reason);
    assertEquals("refused: " + refused.reason(), refused.toString());
  }

  @Test
  void states_areNamedInTheTablesOrder() {
    assertEquals("PROCESSED", EventKind.VERIFIED.states());
    assertEquals("VERIFIED, EXPIRED or DISCARDED", EventKind.LEFTOVERS_SWEPT.states());
  }

  static Stream<Arguments> alerts() {
    Entry processed = Entries.in(State.PROCESSED);
    Entry verified = Entries.in(State.VERIFIED);
    Failure rotten = new Failure(Event.RawDamageFound.CODE, Optional.empty(), "a bit has turned");
    Adopted adopted = new Adopted(SessionId.ofBits(7, 8), CAROL);
    Receipt again =
        new Receipt(Entries.KEY, Entries.RAW, LATE, LATE, LATE.plus(Duration.ofDays(9)));
    return Stream.of(
        alert(
            Entries.in(State.PROCESSED, Standing.CLEAR.withOverdue(true)),
            new Event.Verified(ROOT, LATE),
            "SEQUENCE_RECOVERED",
            "verified after its deadline; nothing to do"),
        alert(
            processed,
            new Event.VerificationUnknown(Entries.FAILURE, OptionalInt.empty(), LATE),
            "VERIFICATION_UNKNOWN",
            "no luck"),
        alert(
            processed,
            new Event.DeadlinePassed(),
            "SEQUENCE_OVERDUE",
            "not verified by its deadline %s; still PROCESSED; raw bytes expire at %s"
                .formatted(Entries.DEADLINE, Entries.EXPIRES_AT)),
        alert(
            Entries.in(State.FAILED),
            redrive(LATE.plusSeconds(1)),
            "SEQUENCE_AT_RISK",
            "redriven with a deadline of %s, which leaves less than PT168H to repair it before its time to live ends at %s"
                .formatted(LATE.plusSeconds(1), LATE.plusSeconds(1))),
        alert(
            Entries.in(State.FAILED),
            new Event.DiscardDecided(Ground.OPERATOR, CAROL),
            "SEQUENCE_DISCARDING",
            "OPERATOR by carol: deployment fixed"),
        alert(
            Entries.in(State.EXPIRED),
            new Event.DamageFound(Entries.FAILURE, true),
            "SEQUENCE_LOST",
            "no luck"),
        alert(
            processed,
            new Event.VerificationFailed(Entries.FAILURE),
            "SEQUENCE_FAILED",
            "STAGE_ERROR: no luck"),
        alert(
            verified,
            new Event.RawDamageFound(rotten, LATE, Optional.empty()),
            "RAW_DAMAGED",
            "VERIFIED; a bit has turned"),
        alert(
            Entries.in(State.FAILED),
            new Event.Readmitted(
                again, Entries.LOCATION, Entries.PIPELINE, Entries.FIRST, Optional.of(adopted)),
            "ACCEPTANCE_ADOPTED",
            "adopted from session " + adopted.session() + " by carol: deployment fixed"));
  }

  private static Arguments alert(Entry entry, Event event, String code, String message) {
    return Arguments.of(event.kind() + " of " + entry.state(), entry, event, code, message);
  }

  @ParameterizedTest(name = "{0}: {3}")
  @MethodSource("alerts")
  void anAlert_saysWhatHappenedToWhich(
      String name, Entry entry, Event event, String code, String message) {
    List<AlertRow> alerts = decided(entry, event, LATE).alerts();
    assertEquals(List.of(code), alerts.stream().map(row -> row.group().code()).toList(), name);
    assertEquals(message, alerts.get(0).message());
    assertEquals(Optional.of(entry.key()), alerts.get(0).sequence());
    assertEquals(LATE, alerts.get(0).at());
  }

  @Test
  void aProofAfterAFailure_saysInWhichEpoch() {
    Entry repaired =
        Entries.in(State.PROCESSED, Standing.CLEAR.withFailure(Optional.of(Entries.FAILURE)));
    Instant inTime = Entries.DEADLINE.minusMillis(1);
    List<AlertRow> alerts = decided(repaired, new Event.Verified(ROOT, inTime), inTime).alerts();
    assertEquals(1, alerts.size());
    assertEquals("SEQUENCE_RECOVERED", alerts.get(0).group().code());
    assertEquals(
        "verified in epoch 1, after it was told of; nothing to do", alerts.get(0).message());
  }

  @Test
  void aProofAfterADeadlineThatNobodyHadToldOf_saysWhenBothWere() {
    List<AlertRow> alerts =
        decided(Entries.in(State.PROCESSED), new Event.Verified(ROOT, LATE), LATE).alerts();
    assertEquals(
        List.of(
            "not verified by its deadline %s, but at %s, before a sentinel had told of it"
                .formatted(Entries.DEADLINE, LATE),
            "verified after its deadline; nothing to do"),
        alerts.stream().map(AlertRow::message).toList());
  }

  @Test
  void aRedriveWithTimeToRepair_isNoRisk() {
    Instant now = Entries.DEADLINE;
    Instant last = Entries.EXPIRES_AT.minus(Duration.ofDays(7));
    Entry failed = Entries.in(State.FAILED);
    assertEquals(List.of(), decided(failed, redrive(last), now).alerts());
    assertEquals(1, decided(failed, redrive(last.plusMillis(1)), now).alerts().size());
  }

  @Test
  void anAdoptedAcceptance_isToldAndWrittenDownWithItsActor() {
    Adopted adopted = new Adopted(SessionId.ofBits(7, 8), CAROL);
    Receipt receipt = Entries.in(State.ACCEPTED).receipt();
    Decision.Change told =
        Acceptance.of(
            receipt, Entries.LOCATION, Entries.PIPELINE, Entries.FIRST, Optional.of(adopted));
    AlertRow row = told.alerts().get(0);
    assertEquals("ACCEPTANCE_ADOPTED", row.group().code());
    assertEquals("first@1", row.group().stage());
    assertEquals(
        "adopted from session " + adopted.session() + " by carol: deployment fixed", row.message());
    assertEquals("carol", told.note().actor());
    assertTrue(
        told.note()
            .detail()
            .endsWith("; adopted=" + adopted.session() + "; reason=" + CAROL.reason()));
    Decision.Change silent =
        Acceptance.of(receipt, Entries.LOCATION, Entries.PIPELINE, Entries.FIRST);
    assertEquals(List.of(), silent.alerts());
    assertEquals("", silent.note().actor());
    assertFalse(silent.note().detail().contains("adopted"));
  }

  @Test
  void risks_areGroupedByHowNearTheyAre() {
    Entry accepted = Entries.in(State.ACCEPTED);
    Event near = new Event.ExpiryNear(Duration.ofHours(6), 1);
    Event past = new Event.ExpiryNear(Duration.ZERO, Standing.MAX_ESCALATIONS);
    assertEquals("within PT6H", decided(accepted, near, LATE).alerts().get(0).group().stage());
    assertEquals("past its expiry", decided(accepted, past, LATE).alerts().get(0).group().stage());
  }

  private static Event redrive(Instant deadline) {
    return new Event.Redriven(Entries.PIPELINE, Entries.FIRST, deadline, Duration.ofDays(7), CAROL);
  }

  private static Event expiry(Proof proof, Clocks clocks) {
    return new Event.ExpiryStarted(proof, clocks, Duration.ofDays(1), Duration.ofHours(1));
  }
}
