package dev.ingest.core.lifecycle;

import static dev.ingest.core.lifecycle.Decisions.decided;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.Event.Ground;
import dev.ingest.spi.Digest;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.Standing;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What decisions write down: details of the history, who did it, and what is marked. */
final class DecisionDetailsTest {

  private static final Act CAROL = new Act("carol", "deployment fixed");
  private static final Digest ROOT = Entries.OUTPUT.manifest().root();
  private static final Instant LATE = Entries.EXPIRES_AT.plus(Duration.ofDays(2));

  @Test
  void details_tellWhoEndedWhatInWhoseName() {
    Digest token = Digest.ofUtf8("token");
    Event redrive =
        new Event.Redriven(
            Entries.PIPELINE,
            Entries.FIRST,
            Entries.EXPIRES_AT,
            Duration.ZERO,
            Optional.of("march"),
            CAROL);
    assertEquals(
        "reason=deployment fixed; epoch=2; backfill=march",
        decided(Entries.in(State.FAILED), redrive, Entries.DEADLINE).note().detail());
    Event done =
        new Event.StageDone(Entries.OUTPUT, Optional.of(Entries.SECOND), Optional.of(token));
    String ended = decided(Entries.in(State.PROCESSING), done, LATE).note().detail();
    assertTrue(ended.contains("; ended=" + token + "; output="), ended);
    Event failed = new Event.StageFailed(Entries.FAILURE, true, 3, LATE, Optional.of(token));
    String broken = decided(Entries.in(State.PROCESSING), failed, LATE).note().detail();
    assertTrue(broken.contains("; ended=" + token + "; STAGE_ERROR=no luck"), broken);
    Decision.Change damage =
        decided(
            Entries.in(State.VERIFIED),
            new Event.DamageFound(Entries.FAILURE, true, Optional.of(CAROL)),
            LATE);
    assertEquals("carol", damage.note().actor());
    Decision.Change proof =
        decided(
            Entries.in(State.VERIFIED),
            new Event.ProofRenewed(ROOT, LATE, Optional.of(CAROL)),
            LATE);
    assertEquals("carol", proof.note().actor());
    assertEquals(
        "reason=deployment fixed; proof=%s; before=%s".formatted(ROOT, Entries.ACCEPTED_AT),
        proof.note().detail());
    assertEquals("PROOF_RENEWED of " + Entries.KEY + ": " + proof.note(), proof.toString());
  }

  @Test
  void aSideRun_isNamedByWhatEndsItAndItsReportIsTold() {
    Event started =
        new SideRunEvent.Started(
            RunKind.SHADOW, Entries.PIPELINE, Entries.FIRST, Optional.empty(), CAROL);
    Entry begun = decided(Entries.in(State.VERIFIED), started, LATE).after();
    String detail =
        decided(begun, new Event.DiscardDecided(Ground.ERASURE, CAROL), LATE).note().detail();
    assertTrue(detail.startsWith("ended=a SHADOW run of epoch 2 on test; ground="), detail);
    Entry made =
        decided(begun, new Event.StageDone(Entries.OUTPUT, Optional.empty()), LATE).after();
    Event differs = new SideRunEvent.Compared(ROOT, false, "1 of 2 items differs");
    assertEquals("1 of 2 items differs", decided(made, differs, LATE).alerts().get(0).message());
  }

  @Test
  void aDiscard_saysWhichBackfillHeldItUntilThen() {
    Standing held =
        Standing.CLEAR.withHold(Optional.of(new Hold("backfill/march", "the incident", LATE)));
    Event discard = new Event.DiscardDecided(Ground.OPERATOR, CAROL);
    assertEquals(
        "released=backfill/march; ground=OPERATOR; reason=deployment fixed",
        decided(Entries.in(State.FAILED, held), discard, LATE).note().detail());
    assertEquals(
        "ground=OPERATOR; reason=deployment fixed",
        decided(Entries.in(State.FAILED), discard, LATE).note().detail());
  }

  @Test
  void aReupload_saysWhichBackfillsHoldADiscardHadLeft() {
    Standing held =
        Standing.CLEAR.withHold(Optional.of(new Hold("backfill/march", "the incident", LATE)));
    Event again =
        new Event.Readmitted(
            Entries.in(State.DISCARDED).receipt(),
            Entries.LOCATION,
            Entries.PIPELINE,
            Entries.FIRST);
    String session = "session=" + Entries.LOCATION.session() + "; epoch=2";
    assertEquals(
        "released=backfill/march; " + session,
        decided(Entries.in(State.DISCARDED, held), again, LATE).note().detail());
    assertEquals(session, decided(Entries.in(State.FAILED, held), again, LATE).note().detail());
  }

  @Test
  void aReplacement_saysUntilWhenTheOldResultIsKept() {
    Event started =
        new SideRunEvent.Started(
            RunKind.REPLACEMENT, Entries.PIPELINE, Entries.FIRST, Optional.empty(), CAROL);
    Entry begun = decided(Entries.in(State.VERIFIED), started, LATE).after();
    Entry made =
        decided(begun, new Event.StageDone(Entries.OUTPUT, Optional.empty()), LATE).after();
    Event week = new SideRunEvent.Replaced(ROOT, LATE, Duration.ofDays(7));
    String detail = decided(made, week, LATE).note().detail();
    assertTrue(detail.endsWith("; kept until=" + LATE.plus(Duration.ofDays(7))), detail);
  }

  @Test
  void damagedRawBytes_areAddedToTheFailureBeforeAndDatedByTheirReading() {
    Instant read = LATE.minusSeconds(5);
    Failure rotten = new Failure(Event.RawDamageFound.CODE, Optional.empty(), "a bit has turned");
    Event found = new Event.RawDamageFound(rotten, read, Optional.of(CAROL));
    Decision.Change told = decided(Entries.in(State.FAILED), found, LATE);
    assertEquals("carol", told.note().actor());
    Entry damaged = told.after();
    assertEquals(
        "a bit has turned; it had failed before with STAGE_ERROR",
        damaged.standing().failure().orElseThrow().message());
    assertEquals(read, damaged.position().visibleAt());
    Instant again = LATE.minusSeconds(1);
    Event whole = new Event.ProofRenewed(Entries.RAW.root(), again, Optional.empty());
    Entry healed = decided(damaged, whole, LATE).after();
    assertEquals(again, healed.position().visibleAt());
    assertEquals("RAW_WHOLE_AGAIN", healed.standing().failure().orElseThrow().code());
  }

  @Test
  void aDisposal_isRecordedAsWhatItFinished() {
    Event finished = new Event.DisposalFinished();
    assertEquals(
        TransitionKind.EXPIRED, decided(Entries.in(State.EXPIRING), finished, LATE).kind());
    assertEquals(
        TransitionKind.DISCARDED, decided(Entries.in(State.DISCARDING), finished, LATE).kind());
  }

  @Test
  void theMarkOfLeftovers_isMadeAndKeptButNeverTakenBack() {
    for (boolean before : new boolean[] {false, true}) {
      Entry processed = Entries.in(State.PROCESSED, Standing.CLEAR.withLeftovers(before));
      for (boolean strays : new boolean[] {false, true}) {
        Entry after = decided(processed, new Event.Verified(ROOT, LATE, strays), LATE).after();
        assertEquals(before || strays, after.standing().leftovers());
      }
    }
  }

  @Test
  void theTable_leadsWhereItSaysAndNowhereElse() {
    assertTrue(EventKind.VERIFIED.leads(State.PROCESSED, State.VERIFIED));
    assertFalse(EventKind.VERIFIED.leads(State.PROCESSED, State.LOST));
    assertFalse(EventKind.VERIFIED.leads(State.LOST, State.VERIFIED));
  }

  @Test
  void aCanary_isItsOwnersAlone() {
    assertTrue(Canary.is(new SequenceKey(Canary.OWNER, SequenceId.of("beat"))));
    assertFalse(Canary.is(new SequenceKey(OwnerId.of("alice"), SequenceId.of("beat"))));
  }
}
