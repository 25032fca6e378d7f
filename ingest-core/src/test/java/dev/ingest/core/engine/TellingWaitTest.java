package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
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

  private final Bench bench = new Bench();
  private final Supervisor supervisor = new Supervisor(EngineListener.NONE);

  private void plant(String holder, long beats) {
    Instant now = bench.time.instant();
    String body =
        "watcher 1\nholder=%s\nuntil=%d\nbeat=%d\nbeats=%d\nperiod=20000\n"
                .formatted(
                    holder, now.plus(Duration.ofHours(1)).toEpochMilli(), now.toEpochMilli(), beats)
            + "news=none\nnews-since=0\nnews-beats=0\nteller=\n";
    long version = bench.ledger.controls().read(KEY).map(ControlRecord::version).orElse(0L) + 1;
    bench.ledger.controls().write(new ControlRecord(KEY, version, body));
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
        bench.node(ledger, bench.watchedContent, Bench.copying()), supervisor, () -> true);
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
        over(
            new FaultingLedger(
                bench.ledger,
                call -> {
                  if (call.method().equals("hasPending") && looks.incrementAndGet() == 3) {
                    plant("killed-1", 18);
                  }
                  return new Fault.None();
                }));
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
            () -> {
              if (looks.incrementAndGet() == 3) {
                raise();
              }
              return looks.get() >= 3;
            });
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
  void nothingThatWaits_isNotWaitedFor() {
    plant("killed-1", 17);
    TellingWait wait = over(bench.ledger);
    assertEquals(Duration.ZERO, waited(wait));
    assertEquals(0, supervisor.failures());
  }
}
