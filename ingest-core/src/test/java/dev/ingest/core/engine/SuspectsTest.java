package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.Transition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is kept of finished work: when it is submitted again, and when it is given up. */
final class SuspectsTest {

  private static final long MILLI = 1_000_000;
  private static final int MANY = 100;

  private final CommitBench bench = new CommitBench();
  private final Suspects suspects = new Suspects();

  private Pending finished() {
    return finished(bench.acceptance());
  }

  private Pending finished(Transition transition) {
    return pending(transition, Optional.of(bench.lease(transition)));
  }

  private static Pending pending(Transition transition, Optional<HeldLeases.Grip> lease) {
    return new Pending(transition, lease, 0, outcome -> {});
  }

  private List<Pending> due(long now) {
    return suspects.take(now, MANY, false);
  }

  @Test
  void pauses_doubleFromTwentyMillisecondsUpToASecond() {
    Pending one = finished();
    long now = 7 * MILLI;
    for (long pause : new long[] {20, 40, 80, 160, 320, 640, 1_000, 1_000}) {
      assertTrue(suspects.keep(one, now, 0));
      long at = now + pause * MILLI;
      assertEquals(OptionalLong.of(at), suspects.nextAt());
      assertEquals(List.of(), due(at - 1));
      assertEquals(List.of(one), due(at));
      assertEquals(List.of(), due(at), "it is under way");
      assertEquals(OptionalLong.empty(), suspects.nextAt());
      now = at;
    }
  }

  @Test
  void whatIsDueFirst_isSoAlsoWhereTheClocksCountWrapsRound() {
    long now = Long.MAX_VALUE - 10 * MILLI;
    Pending later = finished();
    Pending first = finished();
    assertTrue(suspects.keep(later, now, 0));
    assertTrue(suspects.keep(first, now - 12 * MILLI, 0));
    assertEquals(OptionalLong.of(now + 8 * MILLI), suspects.nextAt());
    assertEquals(List.of(first), due(now + 8 * MILLI));
    assertEquals(OptionalLong.of(now + 20 * MILLI), suspects.nextAt());
    assertEquals(List.of(later), due(now + 20 * MILLI));
  }

  @Test
  void whatIsDueFirst_isSoWhicheverWasKeptFirst() {
    Pending first = finished();
    assertTrue(suspects.keep(first, 5 * MILLI, 0));
    assertTrue(suspects.keep(finished(), 9 * MILLI, 0));
    assertEquals(OptionalLong.of(25 * MILLI), suspects.nextAt());
  }

  @Test
  void whoeverWaits_isNotKept() {
    Transition transition = bench.acceptance();
    assertFalse(suspects.keep(pending(transition, Optional.empty()), 0, 0));
    assertFalse(suspects.has(transition.key()));
    assertEquals(0, suspects.size());
  }

  @Test
  void secondOfASequence_isNotKeptAndTakesNothingAway() {
    Transition transition = bench.acceptance();
    Pending first = finished(transition);
    Pending second = finished(transition);
    assertTrue(suspects.keep(first, 0, 0));
    assertFalse(suspects.keep(second, 0, 0));
    suspects.remove(second);
    assertTrue(suspects.has(transition.key()));
    assertEquals(1, suspects.size());
    suspects.remove(first);
    assertFalse(suspects.has(transition.key()));
  }

  @Test
  void outage_countsNoFailureHoweverLongItIs() {
    Pending one = finished();
    for (int i = 0; i < MANY; i++) {
      assertTrue(suspects.keep(one, i, 3), "nothing settled since the failure before");
    }
  }

  @Test
  void failuresWhileOthersSettle_areSixteenAtMost() {
    Pending one = finished();
    assertEquals(Suspects.MAX_REFUSALS, timesKept(one, settled -> {}, 1));
    assertEquals(Suspects.MAX_REFUSALS, one.suspicion.refusals);
  }

  @Test
  void failuresWhileItsLeaseIsRenewed_areSixteenAtMost() {
    Pending one = finished();
    HeldLeases.Grip lease = one.lease().orElseThrow();
    assertEquals(Suspects.MAX_REFUSALS, timesKept(one, lease::renewed, 0));
  }

  private interface Meanwhile {
    void happens(long round);
  }

  private int timesKept(Pending one, Meanwhile meanwhile, int settledInARound) {
    int kept = 0;
    while (kept < MANY && suspects.keep(one, kept, (long) kept * settledInARound)) {
      kept++;
      meanwhile.happens(kept);
    }
    return kept;
  }

  @Test
  void whatLosesItsLease_isTakenOnceMoreAndNotKeptThen() {
    Pending one = finished();
    assertTrue(suspects.keep(one, 0, 0));
    assertEquals(List.of(one), due(20 * MILLI));
    assertTrue(suspects.keep(one, 20 * MILLI, 0), "its lease may still be held");
    one.lease().orElseThrow().lose();
    assertEquals(List.of(one), due(60 * MILLI));
    assertFalse(suspects.keep(one, 60 * MILLI, 0));
  }

  @Test
  void endOfTheNode_takesWhatIsNotDueAndIsTheLastTry() {
    Pending one = finished();
    assertTrue(suspects.keep(one, 0, 0));
    assertEquals(List.of(one), suspects.take(0, MANY, true));
    assertEquals(List.of(), suspects.take(0, MANY, true), "it is under way");
    assertFalse(suspects.keep(one, 0, 0));
    assertEquals(1, suspects.size(), "until it is answered");
  }

  @Test
  void whatDidNotFitIntoABatch_comesFirstInTheNext() {
    List<Pending> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(finished());
      assertTrue(suspects.keep(all.get(i), 0, 0));
    }
    long now = 20 * MILLI;
    List<Pending> batch = suspects.take(now, 2, false);
    assertEquals(all.subList(0, 2), batch);
    batch.forEach(element -> assertTrue(suspects.keep(element, now, 0)));
    assertEquals(List.of(all.get(2), all.get(0)), suspects.take(now + 40 * MILLI, 2, false));
  }
}
