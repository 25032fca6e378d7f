package dev.ingest.core.lifecycle;

import static dev.ingest.core.lifecycle.Decisions.codes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.Event.Ground;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Superseded;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What can become of a run beside a published result, decision by decision. */
final class SideRunsTest {

  private static final Act CAROL = new Act("carol", "the old version cut corners");
  private static final Instant NOW = Entries.ACCEPTED_AT.plusSeconds(600);
  private static final Duration WEEK = Duration.ofDays(7);
  private static final PipelineRef NEXT = new PipelineRef("next", Digest.ofUtf8("plan 2"));
  private static final SealedOutput CANDIDATE =
      new SealedOutput(
          new ContentPrefix("run/a/b/d"), new ManifestSummary(Digest.ofUtf8("made"), 2, 11));
  private static final Digest ROOT = CANDIDATE.manifest().root();

  private static Decision.Change change(Entry entry, Event event) {
    Decision decision = Lifecycle.decide(entry, event, NOW);
    return assertInstanceOf(Decision.Change.class, decision, decision::toString);
  }

  private static Entry after(Entry entry, Event event) {
    return change(entry, event).after();
  }

  private static String refusal(Entry entry, Event event) {
    return assertInstanceOf(Decision.Refused.class, Lifecycle.decide(entry, event, NOW)).reason();
  }

  private static Event start(RunKind kind) {
    return new SideRunEvent.Started(kind, NEXT, Entries.FIRST, Optional.of("march"), CAROL);
  }

  private static Entry begun(RunKind kind) {
    return after(Entries.in(State.VERIFIED), start(kind));
  }

  private static Entry made(RunKind kind) {
    return after(begun(kind), new Event.StageDone(CANDIDATE, Optional.empty()));
  }

  private static Entry replaced() {
    return after(made(RunKind.REPLACEMENT), new SideRunEvent.Replaced(ROOT, NOW, WEEK));
  }

  @Test
  void beginning_leavesEverythingElse() {
    Entry verified = Entries.in(State.VERIFIED);
    Decision.Change change = change(verified, start(RunKind.SHADOW));
    assertEquals(TransitionKind.SIDE_RUN_STARTED, change.kind());
    assertEquals(verified.published(), change.after().published());
    assertEquals(verified.run().withAttempts(0), change.after().run());
    assertEquals(2, change.after().active().epoch());
    assertEquals(Optional.of("march"), change.after().active().backfill());
    assertEquals(NOW, change.after().position().visibleAt());
    assertTrue(change.after().standing().leftovers());
    assertEquals("carol", change.note().actor());
    assertTrue(change.note().detail().contains("run=SHADOW; epoch=2; pipeline=next; plan="));
    assertTrue(change.note().detail().contains("backfill=march"));
  }

  @Test
  void primaryRunBesideAnother_isNoEvent() {
    assertThrows(InvalidValueException.class, () -> start(RunKind.PRIMARY));
  }

  @Test
  void workWithoutARun_isRefused() {
    Entry verified = Entries.in(State.VERIFIED);
    for (Event event :
        List.of(
            new Event.StageDone(CANDIDATE, Optional.empty()),
            new Event.StageFailed(Entries.FAILURE, true, 3, NOW),
            new Event.LeaseLost(Entries.LEASE, 3),
            new Event.VerificationFailed(Entries.FAILURE),
            new SideRunEvent.Replaced(ROOT, NOW, WEEK),
            new SideRunEvent.Compared(ROOT, true, ""),
            new SideRunEvent.Cancelled(CAROL))) {
      assertTrue(refusal(verified, event).contains("no run is beside its result"));
    }
  }

  @Test
  void replacement_isPublishedInOneChange() {
    Entry before = made(RunKind.REPLACEMENT);
    Decision.Change change = change(before, new SideRunEvent.Replaced(ROOT, NOW, WEEK));
    Entry after = change.after();
    assertEquals(State.VERIFIED, after.state());
    assertEquals(new Publication(CANDIDATE, 2, NOW), after.published().orElseThrow());
    assertEquals(
        Optional.of(new Superseded(before.published().orElseThrow(), NOW.plus(WEEK))),
        after.beside().superseded());
    assertEquals(Optional.empty(), after.beside().run());
    assertEquals(NEXT, after.run().pipeline());
    assertEquals(RunKind.PRIMARY, after.run().kind());
    assertEquals(Optional.of("march"), after.run().backfill());
    assertEquals(3, after.nextEpoch());
    assertEquals(List.of(), codes(change));
  }

  @Test
  void anotherRootOrKindOrARunUnderWay_isNotPublished() {
    Entry made = made(RunKind.REPLACEMENT);
    refusal(made, new SideRunEvent.Replaced(Digest.ofUtf8("x"), NOW, WEEK));
    refusal(made, new SideRunEvent.Compared(ROOT, true, ""));
    refusal(made(RunKind.SHADOW), new SideRunEvent.Replaced(ROOT, NOW, WEEK));
    refusal(begun(RunKind.REPLACEMENT), new SideRunEvent.Replaced(ROOT, NOW, WEEK));
  }

  @Test
  void difference_isTold_andEqualityIsNot() {
    Entry made = made(RunKind.SHADOW);
    Decision.Change equal = change(made, new SideRunEvent.Compared(ROOT, true, "2 compared"));
    assertEquals(List.of(), codes(equal));
    assertEquals(made.published(), equal.after().published());
    Decision.Change differs = change(made, new SideRunEvent.Compared(ROOT, false, "1 differs"));
    assertEquals(List.of("SHADOW_DIFFERS"), codes(differs));
    assertEquals("next", differs.alerts().get(0).group().pipeline());
    assertTrue(differs.note().detail().contains("report=1 differs"));
  }

  @Test
  void failure_isToldUnderItsOwnPipeline_andLeavesTheState() {
    Decision.Change change =
        change(begun(RunKind.REPLACEMENT), new Event.StageFailed(Entries.FAILURE, true, 3, NOW));
    assertEquals(TransitionKind.SIDE_RUN_FAILED, change.kind());
    assertEquals(List.of("SIDE_RUN_FAILED"), codes(change));
    assertEquals("next", change.alerts().get(0).group().pipeline());
    assertEquals(Optional.empty(), change.after().standing().failure());
    assertEquals(Optional.empty(), change.after().beside().run());
    assertEquals("test", change.after().run().pipeline().name());
  }

  @Test
  void epochs_areGivenOnce() {
    Entry ended = after(begun(RunKind.SHADOW), new SideRunEvent.Cancelled(CAROL));
    assertEquals(3, after(ended, start(RunKind.SHADOW)).active().epoch());
    Entry failed = after(ended, new Event.DamageFound(Entries.FAILURE, true));
    Receipt receipt = failed.receipt();
    Event redrive =
        new Event.Redriven(
            Entries.PIPELINE, Entries.FIRST, receipt.deadline(), Duration.ofDays(1), CAROL);
    assertEquals(3, after(failed, redrive).run().epoch());
    Event readmit =
        new Event.Readmitted(receipt, Entries.LOCATION, Entries.PIPELINE, Entries.FIRST);
    assertEquals(3, after(failed, readmit).run().epoch());
    Event reroute = new Event.Rerouted("test", NEXT, Entries.FIRST, CAROL);
    assertEquals(3, after(failed, reroute).run().epoch());
  }

  @Test
  void expiryAndSweep_waitForTheEndOfTheRun() {
    Entry begun = begun(RunKind.REPLACEMENT);
    Event expiry =
        new Event.ExpiryStarted(
            new Proof.ReadBack(Entries.OUTPUT.manifest().root(), NOW),
            new Clocks(Duration.ZERO, Optional.empty()),
            Duration.ZERO,
            Duration.ofDays(1));
    assertTrue(refusal(begun, expiry).contains("REPLACEMENT run of epoch 2 on next"));
    assertTrue(refusal(begun, new Event.LeftoversSwept()).contains("is under way"));
    Entry ended = after(begun, new SideRunEvent.Cancelled(CAROL));
    assertFalse(after(ended, new Event.LeftoversSwept()).standing().leftovers());
  }

  @Test
  void supersededResult_isReleasedInTime() {
    Entry replaced = replaced();
    refusal(replaced, new SideRunEvent.Released());
    Decision late = Lifecycle.decide(replaced, new SideRunEvent.Released(), NOW.plus(WEEK));
    Entry released = assertInstanceOf(Decision.Change.class, late).after();
    assertEquals(Optional.empty(), released.beside().superseded());
    assertTrue(released.standing().leftovers());
    assertEquals(3, released.nextEpoch());
  }

  @Test
  void damage_keepsWhatWasSuperseded_andADiscardDropsIt() {
    Entry failed = after(replaced(), new Event.DamageFound(Entries.FAILURE, true));
    assertEquals(State.FAILED, failed.state());
    assertTrue(failed.beside().superseded().isPresent());
    Entry discarding =
        after(
            after(replaced(), start(RunKind.SHADOW)),
            new Event.DiscardDecided(Ground.ERASURE, CAROL));
    assertEquals(Optional.empty(), discarding.beside().superseded());
    assertEquals(Optional.empty(), discarding.beside().run());
    assertEquals(State.DISCARDING, discarding.state());
  }
}
