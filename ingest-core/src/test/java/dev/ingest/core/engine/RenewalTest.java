package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One round of renewals: what an answer does to its lease, and when the ledger is asked again. */
final class RenewalTest {

  private static final Outcome LOST = Outcome.notApplied(Outcome.Reason.FENCED, "taken over");

  private final LedgerException failed = new LedgerException("a row is locked");
  private final Outcome unknown = new Outcome.Unknown(failed);
  private final Bench bench = new Bench();
  private final CountedLedger ledger = new CountedLedger(bench.watchedLedger);
  private final Node node = bench.node(ledger, bench.watchedContent);
  private final HeldLeases leases = new HeldLeases(node);
  private final Renewal renewal = new Renewal(node);

  @BeforeEach
  void everyRenewal_isApplied() {
    answering(Outcome.APPLIED);
  }

  private void answering(Outcome outcome) {
    ledger.onRenewed = outcomes -> Collections.nCopies(outcomes.size(), outcome);
  }

  private List<HeldLeases.Grip> batch(int number, int size) {
    List<HeldLeases.Grip> grips = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      SequenceKey key = SequenceKey.of("alice", "ride-%d-%d".formatted(number, i));
      grips.add(leases.hold(key, new LeaseToken(ledger.incarnation(), 1), elapsed()));
    }
    return grips;
  }

  private long elapsed() {
    return node.seams().elapsed().getAsLong();
  }

  private List<Integer> sizes() {
    return ledger.renewals.stream().map(List::size).toList();
  }

  /** Has calls of some sizes fail, after a time. */
  private void failing(Predicate<Integer> sizes, Duration after) {
    ledger.onRenew =
        () -> {
          if (sizes.test(ledger.renewals.get(ledger.renewals.size() - 1).size())) {
            bench.time.advance(after);
            throw failed;
          }
        };
  }

  @Test
  void leaseRenewedByASlowCall_countsFromBeforeIt() {
    HeldLeases.Grip grip = batch(0, 1).get(0);
    bench.time.advance(Duration.ofSeconds(10));
    long asked = elapsed();
    ledger.onRenew = () -> bench.time.advance(Duration.ofSeconds(5));
    renewal.renew(List.of(List.of(grip)));
    assertEquals(asked, grip.since());
    assertEquals(1, renewal.result());
    assertFalse(renewal.isUnanswered());
  }

  @Test
  void nothingHeld_asksNothing() {
    renewal.renew(List.of());
    assertEquals(0, renewal.result());
    assertFalse(renewal.isUnanswered());
    assertEquals(List.of(), sizes());
  }

  @Test
  void leaseThatTheLedgerCallsLost_isLostAndNotCounted() {
    answering(LOST);
    HeldLeases.Grip grip = batch(0, 1).get(0);
    renewal.renew(List.of(List.of(grip)));
    assertTrue(grip.isLost());
    assertEquals(0, renewal.result());
  }

  @Test
  void leaseOfWhichTheRenewalIsUnknown_isNeitherLostNorRenewed() {
    answering(unknown);
    HeldLeases.Grip grip = batch(0, 1).get(0);
    long before = grip.since();
    bench.time.advance(Duration.ofSeconds(10));
    renewal.renew(List.of(List.of(grip)));
    assertFalse(grip.isLost());
    assertEquals(before, grip.since());
    assertEquals(0, renewal.result());
  }

  @Test
  void answerOfTheWrongLength_isAnErrorAndRenewsNothing() {
    ledger.onRenewed = outcomes -> List.of(Outcome.APPLIED);
    List<HeldLeases.Grip> two = batch(0, 2);
    long before = elapsed();
    bench.time.advance(Duration.ofSeconds(1));
    failing(size -> size == 1, Duration.ZERO);
    renewal.renew(List.of(two));
    assertEquals(List.of(2, 1, 1), sizes());
    two.forEach(grip -> assertEquals(before, grip.since()));
    assertThrows(LedgerException.class, renewal::result);
    ledger.onRenewed = outcomes -> List.of();
    Renewal next = new Renewal(node);
    ledger.onRenew = () -> {};
    next.renew(List.of(batch(1, 1)));
    String message = String.valueOf(assertThrows(LedgerException.class, next::result).getMessage());
    assertTrue(message.contains("the renewal of 1 leases with 0 outcomes"), message);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void ledgerThatAnsweredInThisRound_isNotAskedForItsTime(boolean isLost) {
    answering(isLost ? LOST : Outcome.APPLIED);
    int asked = ledger.timesAsked.get();
    failing(size -> size == 2, Duration.ZERO);
    renewal.renew(List.of(batch(0, 3), batch(1, 2)));
    assertEquals(asked, ledger.timesAsked.get());
    assertEquals(List.of(3, 2, 1, 1), sizes());
    assertEquals(isLost ? 0 : 5, renewal.result());
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void roundInWhichALeaseFailsAlone_isAnErrorAndYetAnswered(boolean isLost) {
    answering(isLost ? LOST : Outcome.APPLIED);
    failing(size -> size == 1, Duration.ZERO);
    renewal.renew(List.of(batch(0, 2), batch(1, 1)));
    assertSame(failed, assertThrows(LedgerException.class, renewal::result));
    assertFalse(renewal.isUnanswered());
  }

  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void whateverOneRenewalThrows_theOthersAreMade(Runnable bug) {
    List<HeldLeases.Grip> all = batch(0, 4);
    SequenceKey bad = all.get(1).held().key();
    ledger.onRenew =
        () -> {
          List<Held> asked = ledger.renewals.get(ledger.renewals.size() - 1);
          if (asked.stream().anyMatch(held -> held.key().equals(bad))) {
            bug.run();
          }
        };
    bench.time.advance(Duration.ofSeconds(10));
    long now = elapsed();
    Renewal round = new Renewal(node);
    round.renew(List.of(all, batch(1, 1)));
    assertEquals(3, all.stream().filter(grip -> grip.since() == now).count());
    assertEquals(List.of(4, 1, 2, 2, 1, 1), sizes());
    assertThrows(RuntimeException.class, round::result);
    assertFalse(round.isUnanswered());
  }

  /** As an outage: what this node itself holds is not to be claimed anew meanwhile. */
  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void whateverTheOnlyRenewalThrows_theRoundIsUnanswered(Runnable bug) {
    batch(0, 1);
    ledger.onRenew = bug;
    assertThrows(RuntimeException.class, leases::tick);
    bench.time.advance(Duration.ofSeconds(31));
    assertTrue(leases.mayClaimItsOwn());
  }

  @Test
  void roundInWhichNothingIsAnswered_isUnanswered() {
    failing(size -> true, Duration.ZERO);
    renewal.renew(List.of(batch(0, 2)));
    assertTrue(renewal.isUnanswered());
    assertSame(failed, assertThrows(LedgerException.class, renewal::result));
  }

  @ParameterizedTest
  @CsvSource({"250, 0", "249, 1"})
  void smallerHalves_beginWithinAQuarterOfTheLeaseTime(int millis, int begun) {
    Renewal brief = briefly();
    failing(size -> true, Duration.ofMillis(millis));
    brief.renew(List.of(batch(0, 4)));
    assertEquals(3 + begun, sizes().size(), () -> "" + sizes());
    assertThrows(LedgerException.class, brief::result);
  }

  /** A round of leases of three seconds, none of whose calls takes long. */
  private Renewal briefly() {
    bench.work = bench.work.withLease(Duration.ofSeconds(3));
    return new Renewal(bench.node(ledger, bench.watchedContent));
  }

  @ParameterizedTest
  @CsvSource({"8, 0", "8, 17", "8, 39", "2, 20", "1, 5"})
  void leasesBesideALockedRow_areRenewedBeforeTheyEnd(int wait, int place) {
    List<HeldLeases.Grip> grips = batch(0, 40);
    HeldLeases.Grip locked = grips.get(place);
    locked(locked, Duration.ofSeconds(wait));
    for (int round = 0; round < 4; round++) {
      bench.time.advance(Duration.ofSeconds(10));
      long began = elapsed();
      ledger.renewals.clear();
      Renewal next = new Renewal(node);
      next.renew(List.of(grips));
      assertSame(failed, assertThrows(LedgerException.class, next::result));
      assertFalse(next.isUnanswered());
      grips.stream()
          .filter(grip -> !grip.equals(locked))
          .forEach(grip -> assertTrue(grip.isActive() && grip.since() >= began));
      if (round > 0) {
        assertEquals(List.of(39, 1), sizes(), "what fails alone comes last");
      }
    }
    ledger.onRenew = () -> {};
    ledger.renewals.clear();
    for (int i = 0; i < 2; i++) {
      Renewal next = new Renewal(node);
      next.renew(List.of(grips));
      assertEquals(40, next.result());
    }
    assertEquals(List.of(39, 1, 40), sizes(), "renewed, it goes with the others again");
  }

  /** Rows are kept from the first key on, a third apart, or at the end; calls tell nothing. */
  @ParameterizedTest
  @CsvSource({
    "30, 2, 0, 3, 2",
    "30, 2, 38, 1, 2",
    "30, 4, 0, 3, 3",
    "30, 4, 36, 1, 3",
    "30, 8, 0, 3, 5",
    "20, 1, 0, 1, 3",
    "20, 2, 0, 3, 4"
  })
  void leasesBesideSeveralLockedRows_areRenewedWithinTheirTimeAfterSomeRounds(
      int seconds, int kept, int first, int apart, int rounds) {
    Duration lease = Duration.ofSeconds(seconds);
    bench.work = bench.work.withLease(lease);
    Node patient = bench.node(ledger, bench.watchedContent);
    List<HeldLeases.Grip> grips = batch(0, 40);
    List<HeldLeases.Grip> locked = new ArrayList<>();
    for (int i = 0; i < kept; i++) {
      locked.add(grips.get(first + i * apart));
    }
    locked(locked, Duration.ofSeconds(8));
    List<HeldLeases.Grip> innocent = new ArrayList<>(grips);
    innocent.removeAll(locked);
    for (int round = 0; round < rounds + 12; round++) {
      bench.time.advance(lease.dividedBy(3));
      List<Long> before = innocent.stream().map(HeldLeases.Grip::since).toList();
      ledger.renewals.clear();
      Renewal next = new Renewal(patient);
      next.renew(List.of(grips));
      assertFalse(next.isUnanswered() && round > 0, "" + round);
      assertTrue(locked.stream().allMatch(grip -> grip.since() < elapsed()));
      for (int i = 0; i < innocent.size() && round >= rounds; i++) {
        long gap = innocent.get(i).since() - before.get(i);
        assertTrue(gap > 0, "not renewed in round " + round);
        assertTrue(round == rounds || gap < lease.toNanos(), "ran out in round " + round);
      }
    }
    assertTrue(locked.stream().allMatch(HeldLeases.Grip::isAlone));
    HeldLeases.Grip freed = locked.remove(locked.size() - 1);
    for (int round = 0; round < kept; round++) {
      bench.time.advance(lease.dividedBy(3));
      new Renewal(patient).renew(List.of(grips));
    }
    assertFalse(freed.isAlone(), "those that fail alone take turns");
  }

  @Test
  void ledgerThatRenewsNothingAndTakesLong_isAskedForTwoThirdsOfTheLeaseTime() {
    failing(size -> true, Duration.ofSeconds(8));
    List<HeldLeases.Grip> grips = batch(0, 20);
    renewal.renew(List.of(grips));
    assertEquals(List.of(20, 1, 1), sizes());
    assertTrue(renewal.isUnanswered());
    assertTrue(grips.stream().noneMatch(HeldLeases.Grip::isAlone), "no lease stands out");
  }

  private void locked(HeldLeases.Grip one, Duration wait) {
    locked(List.of(one), wait);
  }

  private void locked(List<HeldLeases.Grip> some, Duration wait) {
    ledger.onRenew =
        () -> {
          List<Held> last = ledger.renewals.get(ledger.renewals.size() - 1);
          if (some.stream().map(HeldLeases.Grip::held).anyMatch(last::contains)) {
            bench.time.advance(wait);
            throw failed;
          }
        };
  }

  @Test
  void batchesThatFailTogether_areCalledAllTheSameAndShareTheFurtherCalls() {
    failing(size -> true, Duration.ZERO);
    List<List<HeldLeases.Grip>> batches = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      batches.add(batch(i, 4));
    }
    renewal.renew(batches);
    assertEquals(20 + Renewal.MAX_CALLS, sizes().size());
    assertThrows(LedgerException.class, renewal::result);
  }

  @Test
  void halvesLeftForWantOfTime_areAnErrorThoughTheOthersWereRenewed() {
    Renewal brief = briefly();
    failing(size -> size == 4, Duration.ofMillis(800));
    List<HeldLeases.Grip> four = batch(0, 4);
    ledger.onRenewed =
        outcomes -> {
          failing(size -> size == 2, Duration.ZERO);
          return Collections.nCopies(outcomes.size(), Outcome.APPLIED);
        };
    brief.renew(List.of(four));
    assertEquals(List.of(4, 2, 2), sizes(), "too late for halves of halves");
    assertTrue(four.get(1).since() > four.get(2).since());
    assertSame(failed, assertThrows(LedgerException.class, brief::result));
    assertFalse(brief.isUnanswered());
  }
}
