package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.InMemoryLedger;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How leases are renewed, lost and given back. */
final class HeldLeasesTest {

  private final Bench bench = new Bench();

  @Test
  void everythingHeld_isRenewedInOneCall() {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    Engine engine = holding(ledger, 4);
    assertEquals(4, engine.leases().tick());
    assertEquals(List.of(4), sizes(ledger.renewals));
  }

  @Test
  void moreThanTheLedgerTakes_isRenewedInSeveralCallsOfWhichOneMayFail() {
    CountedLedger ledger = takingThree();
    Engine engine = holding(ledger, 4);
    AtomicInteger calls = new AtomicInteger();
    ledger.onRenew =
        () -> {
          if (calls.incrementAndGet() == 1) {
            throw new LedgerException("connection reset");
          }
        };
    assertEquals(4, engine.leases().tick());
    assertEquals(List.of(3, 1, 1, 2), sizes(ledger.renewals), "the first call came in halves");
  }

  @Test
  void leaseThatTheLedgerCannotRenew_runsOutAlone() {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    Engine engine = holding(ledger, 4);
    SequenceKey bad = SequenceKey.of("alice", "ride-2");
    ledger.onRenew =
        () -> {
          List<Held> asked = ledger.renewals.get(ledger.renewals.size() - 1);
          if (asked.stream().anyMatch(held -> held.key().equals(bad))) {
            throw new LedgerException("a row is locked");
          }
        };
    bench.time.advance(Duration.ofSeconds(20));
    assertThrows(LedgerException.class, engine.leases()::tick);
    assertEquals(List.of(4, 2, 2, 1, 1), sizes(ledger.renewals));
    bench.time.advance(Duration.ofSeconds(20));
    bench.runTasks();
    for (int i = 0; i < 4; i++) {
      SequenceKey key = SequenceKey.of("alice", "ride-" + i);
      State expected = key.equals(bad) ? State.PROCESSING : State.PROCESSED;
      assertEquals(expected, bench.state(key), key::toString);
    }
  }

  @Test
  void outage_costsOneRenewalAndOneQuestion() {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    Engine engine = holding(ledger, 4);
    int asked = ledger.timesAsked.get();
    Runnable down =
        () -> {
          throw new LedgerException("connection refused");
        };
    ledger.onRenew = down;
    ledger.onRead = down;
    assertThrows(LedgerException.class, engine.leases()::tick);
    assertEquals(List.of(4), sizes(ledger.renewals));
    assertEquals(asked + 1, ledger.timesAsked.get());
  }

  @Test
  void ledgerThatRenewsNothing_isAskedABoundedNumberOfTimes() {
    bench.work = bench.work.withParallelism(200);
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    Engine engine = holding(ledger, 200);
    ledger.onRenew =
        () -> {
          throw new LedgerException("cannot execute in a read-only transaction");
        };
    assertThrows(LedgerException.class, engine.leases()::tick);
    assertEquals(1 + Renewal.MAX_CALLS, ledger.renewals.size());
  }

  @Test
  void renewalsThatFailSlowly_areMadeAloneForTwoThirdsOfTheLeaseTime() {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    Engine engine = holding(ledger, 4);
    ledger.onRenew =
        () -> {
          bench.time.advance(Duration.ofSeconds(5));
          throw new LedgerException("timeout");
        };
    assertThrows(LedgerException.class, engine.leases()::tick);
    assertEquals(List.of(4, 1, 1, 1), sizes(ledger.renewals));
  }

  @Test
  void workWhileARenewalHangs_endsBeforeItsLease() {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    Engine engine = holding(ledger, 1);
    int before = ledger.commits.size();
    ledger.onRenew =
        () -> {
          bench.time.advance(Duration.ofMillis(29_970));
          bench.runTasks();
          assertEquals(before, ledger.commits.size());
          assertEquals(0, engine.inFlight());
          throw new LedgerException("timeout");
        };
    assertThrows(LedgerException.class, engine.leases()::tick);
  }

  @Test
  void workJustBeforeTheEndOfItsLease_goesOn() {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    holding(ledger, 1);
    bench.time.advance(Duration.ofMillis(29_969));
    bench.runTasks();
    assertEquals(State.PROCESSED, bench.state(SequenceKey.of("alice", "ride-0")));
  }

  @Test
  void processThatStoodStill_endsItsWorkThoughNoRenewalToldItSo() {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    Engine engine = holding(ledger, 1);
    int before = ledger.commits.size();
    bench.time.advance(Duration.ofSeconds(31));
    bench.runTasks();
    assertEquals(before, ledger.commits.size());
    assertEquals(0, engine.inFlight());
  }

  @Test
  void leaseOfAClaimThatTookLong_countsFromBeforeTheCall() {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    Engine engine = bench.engine(ledger, bench.watchedContent, Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    ledger.onRead = () -> bench.time.advance(Duration.ofSeconds(31));
    assertEquals(1, engine.worker().tick());
    ledger.onRead = () -> {};
    int before = ledger.commits.size();
    bench.runTasks();
    assertEquals(before, ledger.commits.size());
  }

  @Test
  void leaseRenewedAfterItsTime_isActiveAgain() {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    Engine engine = holding(ledger, 1);
    bench.time.advance(Duration.ofSeconds(40));
    assertEquals(1, engine.leases().tick(), "nobody has taken it");
    bench.runTasks();
    assertEquals(State.PROCESSED, bench.state(SequenceKey.of("alice", "ride-0")));
  }

  /** One that takes three elements in a batch. */
  private CountedLedger takingThree() {
    return new CountedLedger(
        new InMemoryLedger(
            bench.time, IncarnationId.ofBits(1, 1), new LedgerCapabilities(false, false, 3)));
  }

  @Test
  void handBackOfWhichOneCallFails_leavesNoLeaseHeld() {
    CountedLedger ledger = takingThree();
    Engine engine = holding(ledger, 4);
    ledger.onHandBack =
        () -> {
          if (ledger.handBacks.size() == 1) {
            throw new LedgerException("connection reset");
          }
        };
    engine.leases().cancelAll();
    bench.runTasks();
    assertThrows(LedgerException.class, engine.leases()::handBack);
    assertEquals(List.of(3, 1), sizes(ledger.handBacks));
    assertEquals(0, engine.leases().size(), "what is held would be renewed for ever");
  }

  @Test
  void handBackThatAnErrorEnds_leavesNoLeaseHeld() {
    CountedLedger ledger = takingThree();
    Engine engine = holding(ledger, 4);
    ledger.onHandBack =
        () -> {
          throw new OutOfMemoryError("planted");
        };
    engine.leases().cancelAll();
    bench.runTasks();
    assertThrows(OutOfMemoryError.class, engine.leases()::handBack);
    assertEquals(0, engine.leases().size(), "what is held would be renewed for ever");
  }

  /** As where there is no memory for it: what was held before it goes back. */
  @Test
  void claimOfWhichOneCannotBeHeld_leavesNoLeaseHeld() {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    ledger.onClaimed =
        claimed -> {
          Entry entry = claimed.get(0).entry();
          Position held = entry.position();
          Position free =
              new Position(
                  State.ACCEPTED, held.version(), held.visibleAt(), held.fence(), Optional.empty());
          return List.of(claimed.get(0), new Claimed(entry.withPosition(free), Optional.empty()));
        };
    Engine engine = bench.engine(ledger, bench.watchedContent, Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    assertThrows(NoSuchElementException.class, engine.worker()::tick);
    assertEquals(0, engine.inFlight());
    assertEquals(0, engine.leases().size(), "what is held would be renewed for ever");
    assertEquals(State.ACCEPTED, bench.state(RIDE), "and handed back");
  }

  @Test
  void leaseThatTheLedgerCallsLost_endsTheWorkUnderIt() {
    Engine slow = bench.engine(Bench.copying());
    Bench.submit(slow, RIDE, "a", "x");
    slow.worker().tick();
    Runnable paused = bench.tasks.remove();
    bench.time.advance(Duration.ofSeconds(31));
    Engine other = bench.engine(Bench.copying());
    other.worker().tick();

    assertEquals(0, slow.leases().tick());
    paused.run();

    assertEquals(0, slow.inFlight());
    assertEquals(0, slow.leases().size());
    assertEquals(0, slow.leases().handBack(), "what is lost is not handed back");
    assertEquals(List.of(TransitionKind.ACCEPTED), bench.kinds(RIDE), "it did not even try");
    bench.run(other);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    bench.checkInvariants();
  }

  @Test
  void leaseThatCouldNotBeRenewedForItsTime_endsTheWorkUnderIt() {
    CountedLedger ledger = new CountedLedger(bench.watchedLedger);
    Engine engine = holding(ledger, 1);
    ledger.onRenew =
        () -> {
          throw new LedgerException("connection refused");
        };
    bench.time.advance(Duration.ofSeconds(31));
    assertThrows(LedgerException.class, engine.leases()::tick);
    int before = ledger.commits.size();
    bench.runTasks();
    assertEquals(0, engine.inFlight());
    assertEquals(before, ledger.commits.size());
  }

  @Test
  void handBackThatFails_leavesTheLeasesToRunOut() {
    CountedLedger ledger = new CountedLedger(bench.ledgerThatFails("handBack"));
    Engine engine = holding(ledger, 2);
    engine.leases().cancelAll();
    bench.runTasks();
    assertThrows(LedgerException.class, engine.leases()::handBack);
    assertEquals(0, engine.leases().size());
    assertTrue(engine.leases().isStopping());
  }

  private Engine holding(CountedLedger ledger, int count) {
    Engine engine = bench.engine(ledger, bench.watchedContent, Bench.copying());
    for (int i = 0; i < count; i++) {
      Bench.submit(engine, SequenceKey.of("alice", "ride-" + i), "a", "x");
    }
    assertEquals(count, engine.worker().tick());
    return engine;
  }

  private static List<Integer> sizes(List<List<Held>> calls) {
    return calls.stream().map(List::size).toList();
  }
}
