package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a run waits at its end for whoever tells; time is moved by the test. */
@Timeout(50)
final class TellingWaitTest {

  private static final ControlRecord.Key KEY = new ControlRecord.Key("watcher", "pump");

  private static final ControlRecord.Key SENTINEL = new ControlRecord.Key("watcher", "sentinel");
  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride");

  private final Bench bench = new Bench();
  private final TellingWait.InVain inVain = new TellingWait.InVain();
  private final Supervisor supervisor = new Supervisor(EngineListener.NONE);

  private void plant(String holder, long beats) {
    plant(KEY, holder, beats);
  }

  private void plant(ControlRecord.Key key, String holder, long beats) {
    Instant now = bench.time.instant();
    String body =
        "watcher 1\nholder=%s\nuntil=%d\nbeat=%d\nbeats=%d\nperiod=20000\n"
                .formatted(
                    holder, now.plus(Duration.ofHours(1)).toEpochMilli(), now.toEpochMilli(), beats)
            + "news=none\nnews-since=0\nnews-beats=0\nteller=\n";
    long version = bench.ledger.controls().read(key).map(ControlRecord::version).orElse(0L) + 1;
    bench.ledger.controls().write(new ControlRecord(key, version, body));
  }

  private void raise() {
    AlertRow.Group group = new AlertRow.Group("SEQUENCE_FAILED", "copy", "", "v1");
    bench
        .ledger
        .alerts()
        .raise(List.of(new AlertRow(group, bench.time.instant(), Optional.empty(), "no")));
  }

  private TellingWait over(LedgerStore ledger) {
    return new TellingWait(
        bench.node(ledger, bench.watchedContent, Bench.copying()),
        supervisor,
        new TellingWait.Own(true, () -> true),
        inVain);
  }

  /** Over a ledger beside whose calls of a name something happens. */
  private TellingWait overCalls(String method, Runnable before) {
    return over(
        new FaultingLedger(
            bench.ledger,
            call -> {
              if (call.method().equals(method)) {
                before.run();
              }
              return new Fault.None();
            }));
  }

  /** How long it waits after the work. */
  private Duration waited(TellingWait wait) {
    Instant begun = bench.time.instant();
    wait.await();
    return Duration.between(begun, bench.time.instant());
  }

  private static void assertLongest(Duration waited) {
    assertFalse(waited.compareTo(TellingWait.LONGEST) < 0, waited::toString);
    assertTrue(waited.compareTo(TellingWait.LONGEST.plusSeconds(10)) < 0, waited::toString);
  }

  @Test
  void onePumpThatNobodySees_isNotWaitedForLongerThanIsSaid() {
    plant("killed-1", 17);
    raise();
    TellingWait wait = over(bench.ledger);
    wait.note();
    assertLongest(waited(wait));
  }

  @Test
  void aLedgerThatIsSlow_isNotWaitedForLonger() {
    plant("killed-1", 17);
    raise();
    TellingWait wait =
        over(
            new FaultingLedger(
                bench.ledger,
                call -> {
                  bench.time.advance(Duration.ofSeconds(1));
                  return new Fault.None();
                }));
    wait.note();
    long waited = waited(wait).toSeconds();
    assertTrue(waited >= 75 && waited <= 120, waited + " s");
  }

  @Test
  void aLedgerThatCannotBeRead_isAskedAgainForAsLong() {
    plant("killed-1", 17);
    raise();
    TellingWait wait = over(new FaultingLedger(bench.ledger, call -> new Fault.FailBefore()));
    wait.note();
    assertLongest(waited(wait));
    assertTrue(supervisor.failures() > 100);
  }

  @Test
  void aPumpThatBeatsMeanwhile_endsTheWait() {
    plant("killed-1", 17);
    raise();
    AtomicInteger looks = new AtomicInteger();
    TellingWait wait =
        overCalls(
            "hasPending",
            () -> {
              if (looks.incrementAndGet() == 3) {
                plant("killed-1", 18);
              }
            });
    wait.note();
    assertEquals(Duration.ofMillis(750), waited(wait));
  }

  /** A watcher of a node that has just begun raises what it finds at its first look. */
  @Test
  void theFirstLookOfEachWatcher_isWaitedForBesideAPumpThatNobodySees() {
    plant("killed-1", 17);
    AtomicInteger looks = new AtomicInteger();
    Node node = bench.node(bench.ledger, bench.watchedContent, Bench.copying());
    TellingWait wait =
        new TellingWait(
            node,
            supervisor,
            new TellingWait.Own(
                true,
                () -> {
                  if (looks.incrementAndGet() == 3) {
                    raise();
                  }
                  return looks.get() >= 3;
                }),
            inVain);
    wait.note();
    assertLongest(waited(wait));
    assertTrue(looks.get() > 3);
  }

  @Test
  void itsOwnPump_isNotWaitedFor() {
    plant("node-0", 17);
    raise();
    TellingWait wait = over(bench.ledger);
    wait.note();
    assertEquals(Duration.ZERO, waited(wait));
  }

  @Test
  void whoWasWaitedForInVain_isNotWaitedForAgainBeforeItBeats() {
    plant("killed-1", 17);
    raise();
    assertLongest(waited(over(bench.ledger)));
    assertEquals(Duration.ZERO, waited(over(bench.ledger)));
    plant("killed-1", 18);
    assertLongest(waited(over(bench.ledger)));
  }

  /**
   * Has a deadline pass of which nobody has told, and a killed process hold the sentinel's lease.
   */
  private void passDeadline() {
    Bench.submit(bench.engine(Bench.copying()), RIDE, "a", "x");
    bench.time.set(bench.entry(RIDE).receipt().deadline().plusSeconds(1));
    plant(SENTINEL, "killed-1", 17);
  }

  @Test
  void aDeadlineThatPassed_waitsForASentinelThatNobodySees() {
    passDeadline();
    assertLongest(waited(over(bench.ledger)));
    assertEquals(Duration.ZERO, waited(over(bench.ledger)), "in vain once");
  }

  /** Its lease is this node's before it looks, and it beats after that. */
  @Test
  void aSentinelThatTakesOver_isWaitedForUntilItHasLooked() {
    passDeadline();
    AtomicInteger looks = new AtomicInteger();
    TellingWait wait =
        overCalls("due", () -> plant(SENTINEL, "node-0", looks.incrementAndGet() < 4 ? 17 : 18));
    wait.note();
    assertEquals(Duration.ofSeconds(1), waited(wait));
  }

  @Test
  void noDeadlineThatPassed_waitsForNoSentinel() {
    plant(SENTINEL, "killed-1", 17);
    assertEquals(Duration.ZERO, waited(over(bench.ledger)));
  }

  @Test
  void nothingThatWaits_isNotWaitedFor() {
    plant("killed-1", 17);
    TellingWait wait = over(bench.ledger);
    assertEquals(Duration.ZERO, waited(wait));
    assertEquals(0, supervisor.failures());
  }
}
