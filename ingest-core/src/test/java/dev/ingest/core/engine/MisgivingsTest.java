package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.TimePolicy;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultPlan;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** That what begins to be told also ends, once each, whoever looks. */
final class MisgivingsTest {

  private static final AlertCode BEGINS = AlertCode.CLOCK_UNCERTAIN;
  private static final AlertCode ENDS = AlertCode.CLOCK_AGREES;
  private static final Duration LOOK = Duration.ofSeconds(10);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Optional<String> DOUBT = Optional.of("the clock jumped");

  private final Bench bench = new Bench();
  private Duration skew = Duration.ZERO;

  @Test
  void condition_isToldOnceAndEveryHourAndItsEndOnce() {
    Misgivings misgivings = new Misgivings(node("node-1", bench.ledger));
    noteFor(misgivings, DOUBT, Duration.ofMinutes(59));
    assertEquals(List.of("CLOCK_UNCERTAIN "), told());
    noteFor(misgivings, DOUBT, Duration.ofMinutes(62));
    assertEquals(List.of("CLOCK_UNCERTAIN ", "CLOCK_UNCERTAIN ", "CLOCK_UNCERTAIN "), told());
    noteFor(misgivings, Optional.empty(), Duration.ofMinutes(5));
    assertEquals(4, told().size());
    assertEquals("CLOCK_AGREES ", told().get(3));
    assertEquals(List.of(), records(bench.ledger));
  }

  @Test
  void whoeverTakesOver_tellsNothingTwiceAndTheEnd() {
    noteFor(new Misgivings(node("node-1", bench.ledger)), DOUBT, LOOK);
    Misgivings next = new Misgivings(node("node-2", bench.ledger));
    noteFor(next, DOUBT, Duration.ofMinutes(30));
    assertEquals(List.of("CLOCK_UNCERTAIN "), told());
    noteFor(new Misgivings(node("node-3", bench.ledger)), Optional.empty(), LOOK);
    assertEquals(List.of("CLOCK_UNCERTAIN ", "CLOCK_AGREES "), told());
    noteFor(next, Optional.empty(), LOOK);
    assertEquals(2, told().size(), "ended by another meanwhile");
    noteFor(next, DOUBT, LOOK);
    assertEquals("CLOCK_UNCERTAIN ", told().get(2), "the next is another");
  }

  @Test
  void recordOfAnotherLifeOfTheLedger_hidesNothing() {
    noteFor(new Misgivings(node("node-1", bench.ledger)), DOUBT, LOOK);
    InMemoryLedger restored = bench.ledger.backup(IncarnationId.ofBits(9, 9));
    restored.alerts().seal();
    noteFor(new Misgivings(node("node-1", restored)), DOUBT, Duration.ofMinutes(5));
    assertEquals(1, restored.pendingAlerts().size());
  }

  @Test
  void faultAtAnyCall_tellsTwiceAtMostAndNeverNotAtAll() {
    int struck = 0;
    for (Role role : List.of(Role.ALERTS, Role.CONTROLS)) {
      for (String method : List.of("raise", "read", "write", "delete")) {
        for (int call = 1; call <= 3; call++) {
          for (Fault fault : List.of(new Fault.FailBefore(), new Fault.ReplyLost())) {
            FaultPlan plan = new FaultPlan().at(role, method, call, fault);
            List<String> codes = play(plan);
            String story = "%s at %s %d: %s".formatted(fault, method, call, codes);
            List<String> each = codes.stream().distinct().toList();
            assertEquals(List.of("CLOCK_UNCERTAIN", "CLOCK_AGREES"), each, story);
            assertTrue(codes.size() <= 3, story);
            struck += plan.struck().size();
          }
        }
      }
    }
    assertEquals(16, struck, "two alerts, three reads, and three writes: begun, told, over");
  }

  /** A condition that lasts for three looks and is over for three, over a faulty ledger. */
  private static List<String> play(FaultPlan plan) {
    Bench bench = new Bench();
    LedgerStore faulty = new FaultingLedger(bench.ledger, plan);
    Misgivings misgivings = new Misgivings(bench.node(faulty, bench.content));
    for (int look = 0; look < 6; look++) {
      bench.time.advance(LOOK);
      try {
        note(misgivings, look < 3 ? DOUBT : Optional.empty());
      } catch (LedgerException e) {
        assertTrue(plan.struck().size() == 1);
      }
    }
    assertEquals(List.of(), records(bench.ledger));
    return bench.alertCodes();
  }

  @Test
  void skewedClock_isToldOfItsNodeAndEndsByACodeOfItsOwn() {
    SkewWatch one = new SkewWatch(node("Node:1", bench.ledger));
    one.tick();
    skew = Duration.ofSeconds(5);
    noteFor(new Misgivings(node("Node:1", bench.ledger)), DOUBT, LOOK);
    one.tick();
    assertEquals(List.of("CLOCK_UNCERTAIN ", "CLOCK_SKEWED Node:1"), told());
    // The process is killed, and begins anew while the skew lasts.
    SkewWatch anew = new SkewWatch(node("Node:1", bench.ledger));
    anew.tick();
    SkewWatch other = new SkewWatch(node("Node:2", bench.ledger));
    other.tick();
    assertEquals(3, told().size());
    assertEquals("CLOCK_SKEWED Node:2", told().get(2));
    skew = Duration.ZERO;
    tickBoth(new SkewWatch(node("Node:1", bench.ledger)), other, Duration.ofMinutes(1));
    assertEquals(List.of("CLOCK_SKEW_OVER Node:1", "CLOCK_SKEW_OVER Node:2"), told().subList(3, 5));
    assertEquals(5, told().size());
    assertEquals(1, records(bench.ledger).size(), "the doubt of the ledger's clock goes on");
  }

  @Test
  void skewOfExactlyTwoSeconds_isNoneInEitherDirection() {
    for (int sign : new int[] {1, -1}) {
      SkewWatch watch = new SkewWatch(node("node-1", bench.ledger));
      skew = Duration.ofSeconds(2L * sign);
      watch.tick();
      assertEquals(List.of(), told());
    }
    SkewWatch watch = new SkewWatch(node("node-1", bench.ledger));
    skew = Duration.ofSeconds(2).plus(MILLI);
    watch.tick();
    assertEquals(List.of("CLOCK_SKEWED node-1"), told());
    skew = skew.negated();
    new SkewWatch(node("node-2", bench.ledger)).tick();
    assertEquals("CLOCK_SKEWED node-2", told().get(1));
  }

  @Test
  void skewOfANodeThatIsGone_isEndedByItselfOrAnother() {
    skew = Duration.ofSeconds(-5);
    SkewWatch orderly = new SkewWatch(node("node-1", bench.ledger));
    orderly.tick();
    orderly.end();
    assertEquals(List.of("CLOCK_SKEWED node-1", "CLOCK_SKEW_OVER node-1"), told());
    new SkewWatch(node("node-2", bench.ledger)).tick();
    skew = Duration.ZERO;
    SkewWatch third = new SkewWatch(node("node-3", bench.ledger));
    tickBoth(third, third, Duration.ofMinutes(90));
    assertEquals(3, told().size(), "it may still be there");
    tickBoth(third, third, Duration.ofHours(2));
    assertEquals("CLOCK_SKEW_OVER node-2", told().get(3));
    assertEquals(4, told().size());
    assertEquals(List.of(), records(bench.ledger));
  }

  @Test
  void reminder_comesAnHourAfterItWasToldOrTakenOver() {
    Misgivings first = new Misgivings(node("node-1", bench.ledger));
    note(first, DOUBT);
    bench.time.advance(HOUR.minus(MILLI));
    note(first, DOUBT);
    assertEquals(1, told().size());
    bench.time.advance(MILLI);
    note(first, DOUBT);
    assertEquals(2, told().size());
    Misgivings next = new Misgivings(node("node-2", bench.ledger));
    bench.time.advance(HOUR.dividedBy(2));
    note(next, DOUBT);
    bench.time.advance(HOUR.minus(MILLI));
    note(next, DOUBT);
    assertEquals(2, told().size(), "counted from when it was taken over");
    bench.time.advance(MILLI);
    note(next, DOUBT);
    assertEquals(3, told().size());
  }

  @Test
  void whatWasRead_isReliedOnForTenSeconds() {
    FaultPlan calls = new FaultPlan();
    Misgivings misgivings = new Misgivings(node("node-1", new FaultingLedger(bench.ledger, calls)));
    assertFalse(misgivings.note(BEGINS, ENDS, Optional.empty()));
    bench.time.advance(LOOK.minus(MILLI));
    int before = calls.calls().size();
    note(misgivings, Optional.empty());
    assertEquals(before, calls.calls().size());
    bench.time.advance(MILLI);
    note(misgivings, Optional.empty());
    assertTrue(calls.calls().size() > before);
    assertTrue(misgivings.note(BEGINS, ENDS, DOUBT));
  }

  @Test
  void endThatAnotherHasTold_isNotToldTwice() {
    Misgivings one = new Misgivings(node("node-1", bench.ledger));
    note(one, DOUBT);
    note(new Misgivings(node("node-2", bench.ledger)), Optional.empty());
    one.end(BEGINS, ENDS, "it ends");
    one.end(BEGINS, ENDS, "it ends");
    assertEquals(List.of("CLOCK_UNCERTAIN ", "CLOCK_AGREES "), told());
    note(one, DOUBT);
    one.end(BEGINS, ENDS, "it ends");
    assertEquals("it ends", bench.ledger.pendingAlerts().get(3).message());
  }

  @Test
  void wordBetweenATellingAndItsRecord_endsThatOneAndHidesNoOther() {
    AtomicBoolean isGiven = new AtomicBoolean();
    Misgivings person = new Misgivings(node("person", bench.ledger));
    LedgerStore slow =
        new ControlsOf(
            bench.ledger,
            record -> {
              if (!told().isEmpty() && !isGiven.getAndSet(true)) {
                person.end(BEGINS, ENDS, "confirmed");
              }
              return bench.ledger.controls().write(record);
            });
    Misgivings misgivings = new Misgivings(node("node-1", slow));
    note(misgivings, DOUBT);
    assertEquals(List.of("CLOCK_UNCERTAIN ", "CLOCK_AGREES "), told());
    note(misgivings, DOUBT);
    assertEquals("CLOCK_UNCERTAIN ", told().get(2));
    note(misgivings, DOUBT);
    assertEquals(3, told().size());
  }

  @Test
  void wordAndANextTellingThatFailsWhileANodeStandsStill_hideNothing() {
    LedgerStore deaf =
        new FaultingLedger(
            bench.ledger, new FaultPlan().at(Role.ALERTS, "raise", 1, new Fault.FailBefore()));
    AtomicBoolean isGiven = new AtomicBoolean();
    LedgerStore slow =
        new ControlsOf(
            bench.ledger,
            record -> {
              if (!told().isEmpty() && !isGiven.getAndSet(true)) {
                new Misgivings(node("person", bench.ledger)).end(BEGINS, ENDS, "confirmed");
                Misgivings next = new Misgivings(node("node-2", deaf));
                assertThrows(LedgerException.class, () -> note(next, DOUBT));
              }
              return bench.ledger.controls().write(record);
            });
    note(new Misgivings(node("node-1", slow)), DOUBT);
    assertEquals(List.of("CLOCK_UNCERTAIN ", "CLOCK_AGREES "), told());
    note(new Misgivings(node("node-3", bench.ledger)), DOUBT);
    assertEquals(List.of("CLOCK_UNCERTAIN ", "CLOCK_AGREES ", "CLOCK_UNCERTAIN "), told());
  }

  @Test
  void recordsOfWhatIsOver_areOneForACondition() {
    Misgivings misgivings = new Misgivings(node("node-1", bench.ledger));
    for (int i = 0; i < 5; i++) {
      note(misgivings, DOUBT);
      note(misgivings, Optional.empty());
    }
    assertEquals(10, told().size());
    assertEquals(1, bench.ledger.controls().list(Misgivings.KIND, "", 100).size());
  }

  @Test
  void whatANodeBeganToTellAndDied_isToldByTheNext() {
    LedgerStore deaf =
        new FaultingLedger(
            bench.ledger, new FaultPlan().at(Role.ALERTS, "raise", 1, new Fault.FailBefore()));
    Misgivings first = new Misgivings(node("node-1", deaf));
    assertThrows(LedgerException.class, () -> note(first, DOUBT));
    assertEquals(1, records(bench.ledger).size());
    assertEquals(List.of(), told());
    note(new Misgivings(node("node-2", bench.ledger)), DOUBT);
    assertEquals(List.of("CLOCK_UNCERTAIN "), told());
  }

  @Test
  void tellingThatCouldNotBeKept_isToldAgainAtOnce() {
    Misgivings misgivings =
        new Misgivings(
            node(
                "node-1",
                new ControlsOf(
                    bench.ledger,
                    written -> Outcome.notApplied(Outcome.Reason.STALE_VERSION, "v1"))));
    note(misgivings, DOUBT);
    note(misgivings, DOUBT);
    assertEquals(2, told().size(), "rather twice than not at all");
  }

  @Test
  void conditionOfAPartThatIsGone_endsTwoHoursAfterItWasTold() {
    note(new Misgivings(node("node-1", bench.ledger), "node-1"), DOUBT);
    Misgivings other = new Misgivings(node("node-2", bench.ledger));
    bench.time.advance(HOUR.multipliedBy(2));
    other.endAbandoned(BEGINS, ENDS);
    assertEquals(1, told().size());
    bench.time.advance(MILLI);
    other.endAbandoned(BEGINS, ENDS);
    assertEquals(List.of("CLOCK_UNCERTAIN node-1", "CLOCK_AGREES node-1"), told());
    assertEquals(List.of(), records(bench.ledger));
    other.endAbandoned(BEGINS, ENDS);
    assertEquals(2, told().size());
  }

  /** As where hundreds of nodes have clocks that are off, since the ledger's is. */
  @Test
  void whatNodesThatDiedHaveTold_endsBehindAnyNumberOfThoseThatLive() {
    for (int i = 0; i < 250; i++) {
      note(new Misgivings(node("node-1", bench.ledger), "dead-" + i), DOUBT);
    }
    bench.time.advance(HOUR.multipliedBy(2).plus(MILLI));
    for (int i = 0; i < 250; i++) {
      note(new Misgivings(node("node-1", bench.ledger), "alive-" + i), DOUBT);
    }
    new Misgivings(node("node-2", bench.ledger)).endAbandoned(BEGINS, ENDS);
    assertEquals(250, told().stream().filter(one -> one.startsWith("CLOCK_AGREES dead-")).count());
    assertEquals(0, told().stream().filter(one -> one.contains("CLOCK_AGREES alive-")).count());
    assertEquals(250, bench.ledger.controls().list(Misgivings.KIND, "", 1_000).size());
  }

  @Test
  void recordOfAnotherForm_isRefused() {
    bench.ledger.controls().write(new ControlRecord(key(), 1, "garbage"));
    Misgivings misgivings = new Misgivings(node("node-1", bench.ledger));
    assertThrows(IllegalStateException.class, () -> note(misgivings, DOUBT));
  }

  private static ControlRecord.Key key() {
    return new ControlRecord.Key(Misgivings.KIND, "clock-uncertain");
  }

  private void tickBoth(SkewWatch one, SkewWatch other, Duration length) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(Duration.ofSeconds(30))) {
      bench.time.advance(Duration.ofSeconds(30));
      one.tick();
      other.tick();
    }
  }

  private void noteFor(Misgivings misgivings, Optional<String> condition, Duration length) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(LOOK)) {
      bench.time.advance(LOOK);
      note(misgivings, condition);
    }
  }

  private static void note(Misgivings misgivings, Optional<String> condition) {
    misgivings.note(BEGINS, ENDS, condition);
  }

  private List<String> told() {
    return bench.ledger.pendingAlerts().stream()
        .map(row -> row.group().code() + " " + row.group().stage())
        .toList();
  }

  /** The records of what is not over. */
  private static List<ControlRecord> records(InMemoryLedger ledger) {
    return ledger.controls().list(Misgivings.KIND, "", 100).stream()
        .filter(record -> !RecordBody.parse(record).text("incarnation").startsWith("over in "))
        .toList();
  }

  private Node node(String id, LedgerStore ledger) {
    return new Node(
        new Node.Identity(new NodeId(id), "v1"),
        ledger,
        bench.content,
        List.of(),
        new Node.Policies(TimePolicy.DEFAULT, bench.limits, bench.work),
        new Seams(
            () -> bench.time.instant().plus(skew),
            () -> 1,
            Runnable::run,
            wait -> true,
            Runnable::run,
            bench.commits,
            () -> TimeUnit.MILLISECONDS.toNanos(bench.time.instant().toEpochMilli())));
  }
}
