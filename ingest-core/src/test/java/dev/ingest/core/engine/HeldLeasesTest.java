package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LedgerCapabilities;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.InMemoryLedger;
import java.time.Duration;
import java.util.List;
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
    CountedLedger ledger =
        new CountedLedger(
            new InMemoryLedger(
                bench.time, IncarnationId.ofBits(1, 1), new LedgerCapabilities(false, false, 3)));
    Engine engine = holding(ledger, 4);
    AtomicInteger calls = new AtomicInteger();
    ledger.onRenew =
        () -> {
          if (calls.incrementAndGet() == 1) {
            throw new LedgerException("connection reset");
          }
        };
    assertThrows(LedgerException.class, engine.leases()::tick);
    assertEquals(List.of(3, 1), sizes(ledger.renewals), "the second call was made all the same");
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
