package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditOptions;
import dev.ingest.core.AuditReport;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.Remedy;
import dev.ingest.core.Repair;
import dev.ingest.core.SequenceConflictException;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What each kind of damage becomes by a repair, and by an upload of the same bytes. */
final class RepairTest {

  private static final Event.Act CAROL = new Event.Act("carol", "ticket 4711");
  private static final AuditOptions BYTES = AuditOptions.DEFAULT.withBytes(true);
  private static final String[] PHOTOS = {"a", "x of alice/ride-1", "b", "y"};

  private final Care care = new Care();
  private final Bench bench = care.bench;
  private final Engine engine = care.engine;
  private final List<AuditFinding> found = new ArrayList<>();

  private List<ContentKey> below(String area) {
    String head = area + "/" + SequencePlace.of(RIDE) + "/";
    return bench.content.keys().stream().filter(key -> key.value().startsWith(head)).toList();
  }

  private AuditReport audit() {
    found.clear();
    return engine.auditing().audit(BYTES, Collections.emptyIterator(), found::add);
  }

  private List<Repair> repair() {
    return engine.acting().repair(RIDE, CAROL, false);
  }

  private void assertOutcome(Repair.Outcome outcome, List<Repair> repairs) {
    assertTrue(
        !repairs.isEmpty() && repairs.stream().allMatch(one -> one.outcome() == outcome),
        repairs::toString);
  }

  private void assertClean() {
    AuditReport report = audit();
    assertTrue(report.isClean(), () -> report + " " + found);
  }

  /** Lets the sweeper take what a withdrawn result left. */
  private void settle() {
    bench.run(engine);
    bench.time.advance(java.time.Duration.ofHours(2));
    engine.sweeper().tick();
    assertEquals(List.of(), bench.caught);
  }

  @Test
  void aDamagedResult_isWithdrawnAndMadeAgain() {
    care.verified(RIDE);
    bench.corrupt(below("run").get(0));
    audit();
    assertEquals(Kind.RESULT_DIFFERS, found.get(0).kind());
    assertOutcome(Repair.Outcome.PLANNED, engine.acting().repair(found.get(0), CAROL, true));
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertOutcome(Repair.Outcome.DONE, engine.acting().repair(found.get(0), CAROL, false));
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    assertEquals(Optional.empty(), bench.entry(RIDE).published());
    List<TransitionKind> kinds = bench.kinds(RIDE);
    assertEquals(
        List.of(TransitionKind.FAILED, TransitionKind.REDRIVEN),
        kinds.subList(kinds.size() - 2, kinds.size()));
    bench.history(RIDE).stream()
        .skip(kinds.size() - 2)
        .forEach(row -> assertEquals("carol", row.note().actor()));
    settle();
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertClean();
    bench.checkInvariants();
  }

  @Test
  void aMissingResult_isMadeAgain() {
    care.verified(RIDE);
    below("run").forEach(bench::remove);
    assertOutcome(Repair.Outcome.DONE, repair());
    settle();
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertClean();
  }

  @Test
  void aRepairThatEndedHalfWay_isFinishedByTheNext() {
    care.verified(RIDE);
    bench.corrupt(below("run").get(0));
    Acting half =
        bench
            .engine(
                new dev.ingest.testkit.fault.FaultingLedger(
                    bench.watchedLedger,
                    call ->
                        call.method().equals("commit") && bench.state(RIDE) == State.FAILED
                            ? new dev.ingest.testkit.fault.Fault.FailBefore()
                            : new dev.ingest.testkit.fault.Fault.None()),
                bench.watchedContent,
                Bench.copying())
            .acting();
    assertThrows(OutcomeUnknownException.class, () -> half.repair(RIDE, CAROL, false));
    assertEquals(State.FAILED, bench.state(RIDE));
    assertOutcome(Repair.Outcome.DONE, repair());
    settle();
    assertClean();
  }

  @Test
  void whatIsWhole_needsNothing() {
    care.verified(RIDE);
    List<Repair> repairs = repair();
    assertOutcome(Repair.Outcome.NEEDLESS, repairs);
    assertEquals(Optional.empty(), repairs.get(0).finding());
    assertThrows(
        ActRefusedException.class,
        () -> engine.acting().repair(SequenceKey.of("alice", "none"), CAROL, false));
  }

  @Test
  void rawBytesMissingBehindAResult_areToldAndTheResultStays() {
    care.verified(RIDE);
    bench.remove(below("raw").get(0));
    assertOutcome(Repair.Outcome.NEEDS_PERSON, repair());
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertTrue(bench.alertCodes().contains("RAW_DAMAGED"));
    assertDuplicateIsAnswered();
    assertTrue(bench.entry(RIDE).published().isPresent());
  }

  /** The same bytes are answered by the receipt of that time, and change nothing. */
  private void assertDuplicateIsAnswered() {
    Entry before = bench.entry(RIDE);
    assertEquals(before.receipt(), Bench.submit(engine, RIDE, PHOTOS));
    assertEquals(before, bench.entry(RIDE));
  }

  /** What the damaged session left is set aside first. */
  private void assertClean(Bench ignored) {
    bench.time.advance(java.time.Duration.ofDays(1));
    engine.sweeper().tick();
    audit();
    assertTrue(found.stream().allMatch(one -> one.kind() == Kind.EXTRA_BYTES), found::toString);
    assertOutcome(Repair.Outcome.DONE, repair());
    assertClean();
  }

  @Test
  void aDuplicateOverRottenBytes_changesNothing() {
    Bench.submit(engine, RIDE, PHOTOS);
    bench.corrupt(below("raw").get(1));
    assertDuplicateIsAnswered();
  }

  @Test
  void aDuplicateOverAStoreThatIsNotMounted_changesNothing() {
    care.verified(RIDE);
    bench.content.keys().forEach(bench::remove);
    assertDuplicateIsAnswered();
  }

  @Test
  void rawBytesMissingBehindACandidate_leaveItsVerificationToDecide() {
    Bench.submit(engine, RIDE, PHOTOS);
    for (int i = 0; i < 20 && bench.state(RIDE) != State.PROCESSED; i++) {
      engine.worker().tick();
      bench.runTasks();
    }
    assertEquals(State.PROCESSED, bench.state(RIDE));
    bench.remove(below("raw").get(1));
    Entry before = bench.entry(RIDE);
    List<Repair> repairs = repair();
    assertOutcome(Repair.Outcome.NEEDS_PERSON, repairs);
    assertTrue(repairs.get(0).what().contains("verification decide"), repairs::toString);
    assertEquals(before, bench.entry(RIDE));
  }

  @Test
  void rawBytesInFlight_areRecordedAsLostEarlyAndTakenAgain() {
    Bench.submit(engine, RIDE, PHOTOS);
    bench.remove(below("raw").get(1));
    assertOutcome(Repair.Outcome.NEEDS_PERSON, repair());
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals("RAW_DAMAGED", bench.entry(RIDE).standing().failure().orElseThrow().code());
    Bench.submit(engine, RIDE, PHOTOS);
    settle();
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertClean(bench);
    bench.checkInvariants();
  }

  @Test
  void anUploadOfWholeBytes_getsTheReceiptOfThatTime() {
    care.verified(RIDE);
    assertDuplicateIsAnswered();
  }

  @Test
  void otherBytesOverDamage_areAConflict() {
    care.verified(RIDE);
    bench.remove(below("raw").get(0));
    assertThrows(
        SequenceConflictException.class, () -> Bench.submit(engine, RIDE, "a", "something else"));
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void bytesThatCannotBeRead_areNoDamage() {
    care.verified(RIDE);
    Engine blind =
        bench.engine(
            bench.watchedLedger,
            care.failingAt(below("raw").get(0), new ContentException("out")),
            Bench.copying());
    assertEquals(bench.entry(RIDE).receipt(), Bench.submit(blind, RIDE, PHOTOS));
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertThrows(ContentException.class, () -> blind.acting().repair(RIDE, CAROL, false));
  }

  @Test
  void everythingGone_isNotRecorded() {
    care.verified(RIDE);
    bench.content.keys().forEach(bench::remove);
    assertOutcome(Repair.Outcome.NEEDS_PERSON, repair());
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void aResultDamagedAfterExpiry_isRecordedAsLostAndUploadedAgain() {
    care.verified(RIDE);
    Expirer expirer = care.expirer();
    expirer.tick();
    bench.time.advance(dev.ingest.core.TimePolicy.DEFAULT.timeToLive().plus(Care.GRACE));
    assertEquals(1, expirer.tick());
    bench.corrupt(below("run").get(0));
    assertOutcome(Repair.Outcome.NEEDS_PERSON, repair());
    assertEquals(State.LOST, bench.state(RIDE));
    assertThrows(
        SequenceConflictException.class, () -> Bench.submit(engine, RIDE, "a", "something else"));
    Bench.submit(engine, RIDE, PHOTOS);
    settle();
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertClean();
    bench.checkInvariants();
  }

  @Test
  void manyMissingRawBytes_doNotHideTheMissingResult() {
    String[] items = new String[240];
    for (int i = 0; i < items.length; i += 2) {
      items[i] = "item-" + i;
      items[i + 1] = "x" + i;
    }
    Bench.submit(engine, RIDE, items);
    bench.run(engine);
    List<ContentKey> raw = below("raw");
    raw.stream().filter(key -> !key.value().endsWith("manifest")).forEach(bench::remove);
    bench.remove(below("run").get(0));
    assertOutcome(Repair.Outcome.NEEDS_PERSON, repair());
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals(Optional.empty(), bench.entry(RIDE).published());
  }

  @Test
  void aPipelineThatIsNotHere_leavesEverythingAsItIs() {
    care.verified(RIDE);
    bench.corrupt(below("run").get(0));
    Engine other = bench.engine(bench.watchedLedger, bench.watchedContent);
    assertOutcome(Repair.Outcome.NEEDS_PERSON, other.acting().repair(RIDE, CAROL, false));
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void stuckWork_saysWhoseItIs() {
    Bench.submit(engine, RIDE, PHOTOS);
    bench.time.advance(java.time.Duration.ofHours(3));
    assertOutcome(Repair.Outcome.NEEDLESS, repair());
    Engine other = bench.engine(bench.watchedLedger, bench.watchedContent);
    assertOutcome(Repair.Outcome.NEEDS_PERSON, other.acting().repair(RIDE, CAROL, false));
  }

  @Test
  void bytesThatStayThoughTheyAreErased_needSomebodyWhoSeesWhy() {
    care.verified(RIDE);
    engine.acting().act(RIDE, new Event.DiscardDecided(Event.Ground.ERASURE, CAROL), false);
    Expirer locked =
        care.expirer(
            bench.watchedLedger,
            bench.watchedContent,
            permit -> {
              throw new ContentException("locked");
            });
    locked.tick();
    locked.tick();
    bench.time.advance(java.time.Duration.ofHours(3));
    assertEquals(State.DISCARDING, bench.state(RIDE));
    List<Repair> repairs = repair();
    assertOutcome(Repair.Outcome.NEEDS_PERSON, repairs);
    assertEquals(1, repairs.size(), repairs::toString);
    assertTrue(repairs.get(0).what().startsWith("it is DISCARDING since "), repairs::toString);
    assertTrue(repairs.get(0).what().contains("DELETION_STALLED"), repairs::toString);
    assertEquals(Optional.of(Remedy.RESUME), repairs.get(0).finding().map(AuditFinding::remedy));
  }
}
