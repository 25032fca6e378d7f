package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a run waits at its end for whoever tells; its monotonic time is moved by the test. */
@Timeout(50)
class LastWordTest {

  private static final Duration HOUR = Duration.ofHours(1);

  private final LedgerStore ledger =
      new InMemoryLedger(InstantSource.fixed(InMemory.NOW), IncarnationId.ofBits(1, 2));
  private final AtomicLong elapsed = new AtomicLong(Long.MAX_VALUE - 1);
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
  private final Terminal terminal = new Terminal(stream, stream, false);

  @BeforeEach
  void plant() {
    KilledPump.plant(ledger, HOUR, 17);
  }

  private void raise() {
    ledger
        .alerts()
        .raise(
            List.of(
                new AlertRow(
                    new AlertRow.Group("SEQUENCE_FAILED", "copy", "", "v1"),
                    InMemory.NOW,
                    Optional.empty(),
                    "no")));
  }

  @Test
  void aLedgerThatIsSlow_isNotWaitedForLonger() throws InterruptedException {
    raise();
    LedgerStore slow =
        new FaultingLedger(
            ledger,
            call -> {
              elapsed.addAndGet(Duration.ofSeconds(1).toNanos());
              return new Fault.None();
            });
    LastWord lastWord = LastWord.of(slow, elapsed::get);
    long begun = elapsed.get();
    lastWord.await(terminal);
    long waited = Duration.ofNanos(elapsed.get() - begun).toSeconds();
    assertTrue(waited >= 75 && waited <= 120, waited + " s");
    assertTrue(said.toString(StandardCharsets.UTF_8).contains("alerts wait for killed-1"));
    assertTrue(lastWord.isUntold());
  }

  @Test
  void aDigestWithoutALine_isNoAlertThatWaits() {
    ledger.alerts().seal();
    LastWord lastWord = LastWord.of(ledger, elapsed::get);
    assertFalse(lastWord.isHeldUp());
    assertFalse(lastWord.isUntold());
    raise();
    assertTrue(lastWord.isHeldUp());
    ledger.alerts().seal();
    assertTrue(lastWord.isHeldUp(), "behind the empty one");
    assertTrue(lastWord.isUntold());
  }

  @Test
  void behindMoreEmptyDigestsThanAreLookedAt_alertsMayWait() {
    for (int i = 0; i < AlertOutbox.MAX_UNSENT; i++) {
      assertFalse(LastWord.of(ledger, elapsed::get).isUntold());
      ledger.alerts().seal();
    }
    raise();
    ledger.alerts().seal();
    assertTrue(LastWord.of(ledger, elapsed::get).isUntold());
  }

  @Test
  void aPumpThatBeatsMeanwhile_endsTheWaitOfWhichTimeIsNotTheEnd() throws InterruptedException {
    raise();
    AtomicInteger looks = new AtomicInteger();
    LedgerStore looked =
        new FaultingLedger(
            ledger,
            call -> {
              if (call.method().equals("hasPending") && looks.incrementAndGet() == 3) {
                KilledPump.plant(ledger, HOUR, 18);
              }
              return new Fault.None();
            });
    LastWord lastWord = LastWord.of(looked, elapsed::get);
    lastWord.await(terminal);
    assertEquals(3, looks.get());
    assertFalse(lastWord.isHeldUp());
    assertFalse(lastWord.isUntold(), "it is seen to tell");
  }
}
