package dev.ingest.core.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.lifecycle.Event.Ground;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.spi.notice.NoticeKind;
import dev.ingest.spi.notice.OwnerNotice;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read out of the rows of a history: notices, hand-overs, node versions. */
final class ReadRowsTest {

  private static final Instant NOW = Entries.ACCEPTED_AT.plusSeconds(60);
  private static final Act CAROL = new Act("carol", "why");
  private static final Digest TOKEN = Digest.ofUtf8("token");
  private static final Digest ROOT = Entries.OUTPUT.manifest().root();
  private static final TransitionId ID = TransitionId.ofBits(5, 6);

  /** Kinds under which a lease goes on, so that what was handed over stays so. */
  private static final Set<TransitionKind> MARKS =
      EnumSet.of(
          TransitionKind.OVERDUE,
          TransitionKind.AT_RISK,
          TransitionKind.TOLD_EARLY,
          TransitionKind.DEADLINE_EXTENDED,
          TransitionKind.HELD,
          TransitionKind.RELEASED,
          TransitionKind.RAW_DAMAGED,
          TransitionKind.PROOF_RENEWED,
          TransitionKind.LEFTOVERS_SWEPT,
          TransitionKind.SUPERSEDED_RELEASED);

  private static final Set<TransitionKind> ENDS =
      EnumSet.of(
          TransitionKind.STAGE_DONE,
          TransitionKind.STAGE_RETRIED,
          TransitionKind.FAILED,
          TransitionKind.SIDE_RUN_FAILED);

  private static final Set<TransitionKind> WORK =
      EnumSet.of(
          TransitionKind.STAGE_DONE,
          TransitionKind.STAGE_RETRIED,
          TransitionKind.VERIFIED,
          TransitionKind.VERIFICATION_UNKNOWN,
          TransitionKind.REPLACED,
          TransitionKind.COMPARED,
          TransitionKind.SIDE_RUN_FAILED);

  private static final Set<TransitionKind> ENDS_OF_WORK =
      EnumSet.of(TransitionKind.FAILED, TransitionKind.DISCARDING, TransitionKind.REROUTED);

  private static HistoryRow row(TransitionKind kind, State from, String detail) {
    return new HistoryRow(
        Entries.KEY,
        new HistoryRow.Step(ID, kind, NOW),
        Optional.of(from),
        State.PROCESSING,
        new HistoryRow.Note("", detail),
        new HistoryRow.Link(2, TOKEN, TOKEN));
  }

  private static HistoryRow row(TransitionKind kind, String detail) {
    return row(kind, State.PROCESSING, detail);
  }

  @ParameterizedTest
  @EnumSource
  void aStage_isHandedOverByItsOwnRowAlone(TransitionKind kind) {
    HistoryRow row = row(kind, "pending=" + TOKEN + "; until=x");
    assertEquals(kind == TransitionKind.STAGE_PENDING, HandedOver.isBegun(row, TOKEN));
    assertFalse(HandedOver.isBegun(row, ROOT));
    assertFalse(HandedOver.isBegun(row(kind, "ended=" + TOKEN), TOKEN));
  }

  @ParameterizedTest
  @EnumSource
  void aHandOver_isEndedByWhatEndsAStage(TransitionKind kind) {
    String detail = Draft.VERSION + "v1; ended=" + TOKEN + "; output=x\nof two lines";
    assertEquals(ENDS.contains(kind), HandedOver.isEnded(row(kind, detail), TOKEN));
    assertFalse(HandedOver.isEnded(row(kind, detail), ROOT));
    assertFalse(HandedOver.isEnded(row(kind, "x; " + detail), TOKEN));
  }

  @ParameterizedTest
  @EnumSource
  void aLease_isLeftUntilSomethingButAMarkFollows(TransitionKind kind) {
    HistoryRow pending = row(TransitionKind.STAGE_PENDING, "");
    HistoryRow before = row(TransitionKind.ACCEPTED, "");
    HistoryRow after = row(kind, "");
    boolean isLeft = MARKS.contains(kind) || kind == TransitionKind.STAGE_PENDING;
    assertEquals(isLeft, HandedOver.isLeft(List.of(before, pending, after)));
    assertEquals(isLeft, HandedOver.isLeft(List.of(pending, after)));
    assertEquals(kind == TransitionKind.STAGE_PENDING, HandedOver.isLeft(List.of(before, after)));
    assertEquals(kind == TransitionKind.STAGE_PENDING, HandedOver.isLeft(List.of(after)));
    assertFalse(HandedOver.isLeft(List.of()));
  }

  @Test
  void aVersion_isThatOfTheWholeFirstDetail() {
    TransitionKind done = TransitionKind.STAGE_DONE;
    assertTrue(HeldVersion.is(row(done, Draft.VERSION + "v1"), "v1"));
    assertTrue(HeldVersion.is(row(done, Draft.VERSION + "v1; output=x"), "v1"));
    assertFalse(HeldVersion.is(row(done, Draft.VERSION + "v10; output=x"), "v1"));
    assertFalse(HeldVersion.is(row(done, "output=x; " + Draft.VERSION + "v1"), "v1"));
    assertFalse(HeldVersion.is(row(done, "output=x"), "v1"));
  }

  @ParameterizedTest
  @EnumSource
  void work_isUntoldWhereARowOfItNamesNoVersion(TransitionKind kind) {
    boolean always = kind == TransitionKind.LEASE_LOST;
    boolean isWork = WORK.contains(kind);
    String told = Draft.VERSION + "v1; x";
    for (State from : State.values()) {
      boolean atWork = from == State.PROCESSING || from == State.PROCESSED;
      boolean isUntold = always || isWork || (ENDS_OF_WORK.contains(kind) && atWork);
      assertEquals(isUntold, HeldVersion.isUntold(row(kind, from, "x")), from::name);
      assertEquals(always, HeldVersion.isUntold(row(kind, from, told)), from::name);
    }
  }

  @Test
  void firstRow_isNoWork() {
    HistoryRow row = row(TransitionKind.FAILED, "");
    HistoryRow first =
        new HistoryRow(row.key(), row.step(), Optional.empty(), row.to(), row.note(), row.link());
    assertFalse(HeldVersion.isUntold(first));
  }

  @Test
  void aRepair_isTheProofAfterAFailure() {
    Event verified = new Event.Verified(ROOT, NOW);
    Entry processed = Entries.in(State.PROCESSED);
    Transition first = transition(processed, verified);
    assertFalse(OwnerNotices.isRepair(first.row()));
    assertEquals(NoticeKind.PUBLISHED, told(first).kind());
    Entry broken =
        Entries.in(State.PROCESSED, processed.standing().withFailure(Optional.of(Entries.FAILURE)));
    Transition again = transition(broken, verified);
    assertTrue(OwnerNotices.isRepair(again.row()));
    assertEquals(NoticeKind.REPAIRED, told(again).kind());
    assertFalse(OwnerNotices.isRepair(row(TransitionKind.FAILED, "x; repaired=true")));
  }

  @Test
  void aNotice_namesItsCauseAndWhatWasSent() {
    Transition verified = transition(Entries.in(State.PROCESSED), new Event.Verified(ROOT, NOW));
    OwnerNotice notice = told(verified);
    assertEquals(Transition.cause(verified.row()), notice.cause());
    assertEquals(Entries.KEY, notice.key());
    assertEquals(Entries.RAW.root(), notice.root());
    assertEquals(OwnerNotices.text(NoticeKind.PUBLISHED), notice.text());
  }

  @Test
  void damageThatIsRead_isToldOnceAndAsALoss() {
    Failure rotten = new Failure(Event.RawDamageFound.CODE, Optional.empty(), "a bit has turned");
    Event found = new Event.RawDamageFound(rotten, NOW, Optional.empty());
    Transition first = transition(Entries.in(State.FAILED), found);
    assertFalse(OwnerNotices.isRepeated(first.row()));
    assertEquals(NoticeKind.LOST, told(first).kind());
    Event later = new Event.RawDamageFound(rotten, NOW.plusSeconds(1), Optional.empty());
    Transition second = transition(first.after(), later, NOW.plusSeconds(1));
    assertTrue(OwnerNotices.isRepeated(second.row()));
    assertEquals(Optional.empty(), OwnerNotices.of(second));
    assertFalse(
        OwnerNotices.isRepeated(row(TransitionKind.FAILED, Rereading.STILL_DAMAGED + "=x")));
  }

  @Test
  void aFailure_isALossOnceTheRawBytesAreDamaged() {
    Failure rotten = new Failure(Event.RawDamageFound.CODE, Optional.empty(), "a bit has turned");
    Event failed = new Event.VerificationFailed(Entries.FAILURE);
    assertEquals(NoticeKind.FAILED, told(transition(Entries.in(State.PROCESSED), failed)).kind());
    Transition damaged =
        transition(Entries.in(State.VERIFIED), new Event.DamageFound(rotten, true));
    assertEquals(NoticeKind.LOST, told(damaged).kind());
    assertTrue(OwnerNotices.isLost(Entries.in(State.LOST)));
    assertFalse(OwnerNotices.isLost(Entries.in(State.FAILED)));
  }

  @Test
  void aReplacement_isToldWhereABackfillMadeIt() {
    assertEquals(NoticeKind.REPAIRED, told(replaced(Optional.of("march"))).kind());
    assertTrue(OwnerNotices.isRemade(replaced(Optional.of("march")).row()));
    assertEquals(Optional.empty(), OwnerNotices.of(replaced(Optional.empty())));
    assertFalse(
        OwnerNotices.isRemade(row(TransitionKind.COMPARED, "x; backfill=march; observed=y")));
  }

  private static Transition replaced(Optional<String> backfill) {
    Event started =
        new SideRunEvent.Started(
            RunKind.REPLACEMENT, Entries.PIPELINE, Entries.FIRST, backfill, CAROL);
    Entry begun = transition(Entries.in(State.VERIFIED), started).after();
    Entry made = transition(begun, new Event.StageDone(Entries.OUTPUT, Optional.empty())).after();
    return transition(made, new SideRunEvent.Replaced(ROOT, NOW, Duration.ZERO));
  }

  @Test
  void aCanary_isToldToNobody() {
    Entry mine = Entries.in(State.FAILED);
    Entry canary =
        new Entry(
            new Receipt(
                new SequenceKey(Canary.OWNER, SequenceId.of("beat")),
                Entries.RAW,
                mine.receipt().acceptedAt(),
                mine.receipt().deadline(),
                mine.receipt().expiresAt()),
            mine.raw(),
            mine.position(),
            mine.run(),
            mine.published(),
            mine.standing(),
            mine.chain());
    Event discard = new Event.DiscardDecided(Ground.OPERATOR, CAROL);
    assertEquals(NoticeKind.DISCARDED, told(transition(mine, discard)).kind());
    assertEquals(Optional.empty(), OwnerNotices.of(transition(canary, discard)));
  }

  @Test
  void whatIsUnknown_isToldToNoOwner() {
    Run run = Entries.in(State.PROCESSED).run().withAttempts(1);
    Event unknown = new Event.VerificationUnknown(Entries.FAILURE, OptionalInt.empty(), NOW);
    assertEquals(
        Optional.empty(),
        OwnerNotices.of(transition(Entries.in(State.PROCESSED).withRun(run), unknown)));
  }

  private static OwnerNotice told(Transition transition) {
    return OwnerNotices.of(transition).orElseThrow();
  }

  private static Transition transition(Entry entry, Event event) {
    return transition(entry, event, NOW);
  }

  private static Transition transition(Entry entry, Event event, Instant now) {
    Decision.Change change =
        assertInstanceOf(Decision.Change.class, Lifecycle.decide(entry, event, now));
    return HistoryChain.link(
        change,
        new Guard.AtVersion(entry.version()),
        Optional.of(entry.state()),
        ID,
        now,
        "node-1");
  }
}
