package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.alert.AlertPolicy;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class SentinelTest {

  private static final Duration TARGET = TimePolicy.DEFAULT.target();
  private static final Duration TIME_TO_LIVE = TimePolicy.DEFAULT.timeToLive();
  private static final List<Duration> LEVELS = ExpiryPolicy.DEFAULT.levels();

  private final Care care = new Care();
  private final Bench bench = care.bench;

  @Test
  void aPassedDeadline_isToldOnceByWhomeverLooks() {
    Bench.submit(care.engine, RIDE, "a", "x");
    Sentinel one = care.sentinel();
    Sentinel other = care.sentinel();
    bench.time.advance(TARGET.minusMillis(1));
    assertEquals(0, one.tick() + other.tick());
    bench.time.advance(Duration.ofMillis(1));
    assertEquals(1, one.tick() + other.tick());
    bench.time.advance(Duration.ofSeconds(5));
    assertEquals(0, one.tick() + other.tick());
    assertEquals(List.of("SEQUENCE_OVERDUE"), bench.alertCodes());
    assertTrue(bench.entry(RIDE).standing().overdue());
    bench.checkInvariants();
  }

  @Test
  @Tag("programme")
  void oneStalledAmongTenThousand_isToldByNameWithinAMinute() {
    bench.work =
        new WorkPolicy(
            Duration.ofSeconds(30), 3, Duration.ofSeconds(1), Duration.ofMinutes(1), 400);
    Engine engine = bench.engine(bench.ledger, bench.content, Bench.copying());
    IntStream.range(0, 9_999)
        .forEach(
            i -> Bench.submit(engine, SequenceKey.of("owner-" + i % 7, "ride-" + i), "a", "x"));
    bench.run(engine);
    SequenceKey stalled = SequenceKey.of("bob", "stalled");
    Bench.submit(engine, stalled, "a", "x");
    Sentinel sentinel = care.sentinel();
    TestSink pager = new TestSink("pager");
    Node node = bench.node(bench.ledger, bench.content);
    AlertPump pump =
        new AlertPump(
            bench.ledger, node.identity(), node.seams(), List.of(pager), AlertPolicy.DEFAULT);
    bench.time.advance(TARGET);
    for (int second = 0; second < 60; second += 5) {
      sentinel.tick();
      pump.tick();
      bench.time.advance(Duration.ofSeconds(5));
    }
    List<AlertDigest.Line> lines =
        pager.digests().stream().flatMap(digest -> digest.lines().stream()).toList();
    assertEquals(1, lines.size());
    assertEquals("SEQUENCE_OVERDUE", lines.get(0).group().code());
    assertEquals(1, lines.get(0).count());
    assertEquals(List.of(stalled), lines.get(0).samples());
  }

  @Test
  void whatAClockThatWasAheadTold_isToldAgainInTime() {
    Bench.submit(care.engine, RIDE, "a", "x");
    SequenceKey late = SequenceKey.of("alice", "late");
    Sentinel sentinel = care.sentinel();
    bench.time.advance(TARGET);
    sentinel.tick();
    Bench.submit(care.engine, late, "a", "x");
    bench.time.advance(TIME_TO_LIVE);
    assertEquals(3, sentinel.tick());
    bench.time.set(Bench.START.plus(TARGET).plusSeconds(60));
    sentinel.tick();
    assertTrue(bench.entry(RIDE).standing().overdue(), "its deadline has come");
    assertFalse(bench.entry(late).standing().overdue());
    assertFalse(bench.entry(late).standing().isAtRisk());
    int before = bench.alertCodes().size();
    bench.time.set(Bench.START.plus(TARGET).plus(TARGET));
    assertEquals(1, sentinel.tick());
    for (Duration lead : LEVELS) {
      bench.time.set(Bench.START.plus(TARGET).plus(TIME_TO_LIVE).minus(lead));
      // An hour before the other's expiry, that of the ride has come: it is told of no more.
      assertEquals(lead.isZero() ? 1 : 2, sentinel.tick() + sentinel.tick());
    }
    assertEquals(before + 2 * LEVELS.size(), bench.alertCodes().size());
    assertEquals(0, sentinel.tick());
    bench.checkInvariants();
  }

  @Test
  void moreThanAPageThatAClockThatWasAheadTold_isWithdrawn() {
    IntStream.range(0, 450)
        .forEach(i -> Bench.submit(care.engine, SequenceKey.of("alice", "ride-" + i), "a", "x"));
    Sentinel sentinel = care.sentinel();
    bench.time.advance(TARGET);
    assertEquals(450, sentinel.tick());
    bench.time.set(Bench.START.plusSeconds(60));
    assertEquals(0, sentinel.tick());
    for (int i = 0; i < 450; i++) {
      assertFalse(bench.entry(SequenceKey.of("alice", "ride-" + i)).standing().overdue());
    }
    bench.time.set(Bench.START.plus(TARGET));
    assertEquals(450, sentinel.tick());
    bench.checkInvariants();
  }

  /** Whether something is kept as told by a time well after this one. */
  private boolean isToldAfter(Instant time) {
    return new ToldUpTo(bench.ledger.controls()).isAhead(time);
  }

  @Test
  void theTimeUpToWhichIsTold_isThatOfTheEndOfATick() {
    Bench.submit(care.engine, RIDE, "a", "x");
    bench.time.advance(TARGET);
    Instant start = bench.time.instant();
    CountedLedger slow = new CountedLedger(bench.watchedLedger);
    slow.onCommit =
        transitions -> {
          bench.time.advance(Duration.ofSeconds(5));
          return slow.commitBelow(transitions);
        };
    assertEquals(1, care.sentinel(slow).tick());
    assertTrue(isToldAfter(start.plusSeconds(1)));
  }

  @Test
  void ofWhatAClockThatWasAheadTold_whatHasComeAllTheSameStays() {
    Bench.submit(care.engine, RIDE, "a", "x");
    Sentinel sentinel = care.sentinel();
    bench.time.set(Bench.START.plus(TIME_TO_LIVE).minus(Duration.ofHours(1)));
    assertEquals(2, sentinel.tick());
    assertEquals(4, bench.entry(RIDE).standing().escalations());
    Instant back = Bench.START.plus(TIME_TO_LIVE).minus(Duration.ofHours(2));
    bench.time.set(back);
    assertEquals(0, sentinel.tick());
    assertEquals(3, bench.entry(RIDE).standing().escalations());
    assertTrue(bench.entry(RIDE).standing().overdue());
    assertFalse(isToldAfter(back), "what is told early is withdrawn once");
    bench.time.advance(Duration.ofHours(1));
    assertEquals(1, sentinel.tick());
    assertEquals(
        List.of("SEQUENCE_OVERDUE", "SEQUENCE_AT_RISK", "SEQUENCE_AT_RISK"), bench.alertCodes());
  }

  @Test
  void aSentinelThatEnds_leavesTheTurnToAnotherAtOnce() {
    Bench.submit(care.engine, RIDE, "a", "x");
    Sentinel one = care.sentinel();
    Sentinel other = care.sentinel();
    bench.time.advance(TARGET.minusSeconds(1));
    assertEquals(0, one.tick());
    bench.time.advance(Duration.ofSeconds(1));
    assertEquals(0, other.tick(), "the turn is the other's");
    one.release();
    assertEquals(1, other.tick());
  }

  @Test
  void expiryThatComesNear_isToldAtEachLeadAndWhenItHasPassed() {
    Bench.submit(care.engine, RIDE, "a", "x");
    Sentinel sentinel = care.sentinel();
    List<String> expected = new ArrayList<>(List.of("SEQUENCE_OVERDUE"));
    for (Duration lead : LEVELS) {
      bench.time.set(Bench.START.plus(TIME_TO_LIVE).minus(lead).minusMillis(1));
      sentinel.tick();
      assertEquals(expected, bench.alertCodes());
      bench.time.advance(Duration.ofMillis(1));
      assertEquals(1, sentinel.tick());
      expected.add("SEQUENCE_AT_RISK");
      assertEquals(expected, bench.alertCodes());
    }
    assertEquals(LEVELS.size(), bench.entry(RIDE).standing().escalations());
    assertEquals(0, sentinel.tick());
    bench.checkInvariants();
  }

  @Test
  void aSentinelThatWasDown_tellsOfTheLevelThatHasComeOnce() {
    Bench.submit(care.engine, RIDE, "a", "x");
    bench.time.set(Bench.START.plus(TIME_TO_LIVE).minus(Duration.ofHours(2)));
    Sentinel sentinel = care.sentinel();
    assertEquals(2, sentinel.tick());
    assertEquals(List.of("SEQUENCE_OVERDUE", "SEQUENCE_AT_RISK"), bench.alertCodes());
    assertEquals(3, bench.entry(RIDE).standing().escalations());
    bench.time.advance(Duration.ofHours(1));
    assertEquals(1, sentinel.tick());
    assertEquals(4, bench.entry(RIDE).standing().escalations());
  }

  @Test
  void leads_areLinesOfTheirOwnThatSayHowMuchTimeIsLeft() {
    Bench.submit(care.engine, RIDE, "a", "x");
    Sentinel sentinel = care.sentinel();
    bench.time.advance(TIME_TO_LIVE.minus(Duration.ofDays(3)));
    sentinel.tick();
    bench.time.advance(Duration.ofHours(71));
    sentinel.tick();
    List<AlertDigest.Line> lines =
        bench.ledger.alerts().seal().lines().stream()
            .filter(line -> line.group().code().equals("SEQUENCE_AT_RISK"))
            .toList();
    assertEquals(
        List.of("within PT1H", "within PT72H"),
        lines.stream().map(line -> line.group().stage()).toList());
    assertTrue(lines.get(0).message().contains("PT1H left"), lines.get(0).message());
    assertTrue(lines.get(1).message().contains("PT72H left"), lines.get(1).message());
  }

  @Test
  void verifiedAfterAll_isToldAndNotAtRiskAnyMore() {
    Bench.submit(care.engine, RIDE, "a", "x");
    Sentinel sentinel = care.sentinel();
    bench.time.set(Bench.START.plus(TIME_TO_LIVE).minus(Duration.ofHours(2)));
    sentinel.tick();
    bench.run(care.engine);
    assertEquals(
        List.of("SEQUENCE_OVERDUE", "SEQUENCE_AT_RISK", "SEQUENCE_RECOVERED"), bench.alertCodes());
    assertFalse(bench.entry(RIDE).standing().isAtRisk());
    bench.time.advance(Duration.ofHours(3));
    assertEquals(0, sentinel.tick());
  }

  @Test
  void moreThanABatch_isToldInOneTick() {
    IntStream.range(0, 950)
        .forEach(i -> Bench.submit(care.engine, SequenceKey.of("alice", "ride-" + i), "a", "x"));
    bench.time.advance(TARGET);
    assertEquals(950, care.sentinel().tick());
    assertEquals(950, bench.alertCodes().size());
  }

  @Test
  void anUnknownOutcome_isNoBeatAndTheNextTickTellsOnce() {
    Bench.submit(care.engine, RIDE, "a", "x");
    bench.time.advance(TARGET);
    boolean[] lost = {true};
    Sentinel sentinel =
        care.sentinel(
            new FaultingLedger(
                bench.watchedLedger,
                call ->
                    call.method().equals("commit") && lost[0]
                        ? new Fault.ReplyLost()
                        : new Fault.None()));
    assertThrows(IncompleteTickException.class, sentinel::tick);
    assertTrue(isToldAfter(bench.time.instant().minusSeconds(3)), "kept before it is told");
    lost[0] = false;
    bench.time.advance(Duration.ofSeconds(5));
    sentinel.tick();
    assertEquals(List.of("SEQUENCE_OVERDUE"), bench.alertCodes());
    bench.checkInvariants();
  }

  private static final SequenceKey STUCK = SequenceKey.of("alice", "ride-0000");

  /** A ledger that never takes a mark of one kind on one sequence, as where its row is kept. */
  private CountedLedger stuck(TransitionKind kind, boolean[] isStuck) {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    ledger.onCommit =
        transitions -> {
          if (isStuck[0]
              && transitions.stream()
                  .anyMatch(
                      one -> one.key().equals(STUCK) && one.row().step().kind().equals(kind))) {
            throw new LedgerException("canceling statement due to lock timeout");
          }
          return ledger.commitBelow(transitions);
        };
    return ledger;
  }

  private void submitted(int count) {
    IntStream.range(0, count)
        .forEach(
            i ->
                Bench.submit(
                    care.engine, SequenceKey.of("alice", "ride-%04d".formatted(i)), "a", "x"));
  }

  @Test
  void oneMarkThatIsNotTaken_keepsNoOtherFromBeingTold() {
    submitted(450);
    bench.time.set(Bench.START.plus(TIME_TO_LIVE).minus(Duration.ofHours(2)));
    boolean[] isStuck = {true};
    Sentinel sentinel = care.sentinel(stuck(TransitionKind.OVERDUE, isStuck));
    assertThrows(IncompleteTickException.class, sentinel::tick);
    assertEquals(449, bench.told("SEQUENCE_OVERDUE"), "of all pages");
    assertEquals(450, bench.told("SEQUENCE_AT_RISK"), "also of the one that is not marked");
    isStuck[0] = false;
    bench.time.advance(Duration.ofSeconds(5));
    assertEquals(1, sentinel.tick());
    assertEquals(450, bench.told("SEQUENCE_OVERDUE"));
    bench.checkInvariants();
  }

  @Test
  void ledgerThatTakesNoMark_isAskedForOnePageOfEach() {
    submitted(450);
    bench.time.set(Bench.START.plus(TIME_TO_LIVE).minus(Duration.ofHours(2)));
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    ledger.onCommit =
        transitions -> {
          throw new LedgerException("cannot execute in a read-only transaction");
        };
    assertThrows(IncompleteTickException.class, care.sentinel(ledger)::tick);
    assertEquals(
        200, ledger.commits.stream().flatMap(List::stream).map(Transition::key).distinct().count());
  }

  /** A page of what is looked at often has one that was told early. */
  @Test
  void oneThatIsAloneOnItsPage_keepsNoOtherFromBeingWithdrawn() {
    Duration half = TARGET.dividedBy(2);
    bench.time.advance(half);
    submitted(1);
    SequenceKey last = SequenceKey.of("zed", "ride");
    Bench.submit(care.engine, last, "a", "x");
    bench.time.advance(TARGET);
    boolean[] isStuck = {true};
    Sentinel sentinel = care.sentinel(stuck(TransitionKind.TOLD_EARLY, isStuck));
    assertEquals(2, sentinel.tick());
    bench.time.set(Bench.START.plus(half).plusSeconds(1));
    for (int i = 1; i <= 250; i++) {
      Bench.submit(care.engine, SequenceKey.of("alice", "ride-%04d".formatted(i)), "a", "x");
    }
    assertThrows(IncompleteTickException.class, sentinel::tick);
    assertTrue(bench.entry(STUCK).standing().overdue());
    assertFalse(bench.entry(last).standing().overdue());
  }

  @Test
  void oneThatIsToldEarlyForGood_keepsNoOtherFromBeingWithdrawnAndIsComeBackTo() {
    Duration half = TARGET.dividedBy(2);
    bench.time.advance(half);
    submitted(450);
    bench.time.advance(TARGET);
    boolean[] isStuck = {true};
    Sentinel sentinel = care.sentinel(stuck(TransitionKind.TOLD_EARLY, isStuck));
    assertEquals(450, sentinel.tick());
    bench.time.set(Bench.START);
    Bench.submit(care.engine, SequenceKey.of("alice", "fresh"), "a", "x");
    bench.time.advance(TARGET);
    for (int tick = 0; tick < 3; tick++) {
      assertThrows(IncompleteTickException.class, sentinel::tick, "it is ahead yet");
      assertEquals(451, bench.told("SEQUENCE_OVERDUE"), "what is due is told meanwhile");
      assertTrue(bench.entry(STUCK).standing().overdue());
      assertFalse(
          bench.entry(SequenceKey.of("alice", "ride-0449")).standing().overdue(), "a page on");
      bench.time.advance(Duration.ofSeconds(5));
    }
    isStuck[0] = false;
    assertEquals(0, sentinel.tick());
    assertFalse(bench.entry(STUCK).standing().overdue());
    assertFalse(isToldAfter(bench.time.instant()));
  }
}
