package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.alert.AlertMessage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A batch job that ends, and what it has raised. */
@Timeout(60)
final class LastWordTest {

  private static final ControlRecord.Key KEY = new ControlRecord.Key("watcher", "pump");

  private final LedgerStore ledger =
      new InMemoryLedger(InstantSource.system(), IncarnationId.ofBits(1, 2));
  private final InMemoryContent content = new InMemoryContent();
  private final List<String> sent = new CopyOnWriteArrayList<>();
  private final List<Beat> heldUpBy = new CopyOnWriteArrayList<>();

  /** Writes down that a process has the pump's lease for so long from now, and has just beaten. */
  private void plant(Duration lease, long beats) {
    plant(KEY, lease, beats);
  }

  private void plant(ControlRecord.Key key, Duration lease, long beats) {
    Instant now = ledger.ledger().now();
    String body =
        "watcher 1\nholder=killed-1\nuntil=%d\nbeat=%d\nbeats=%d\nperiod=20000\n"
                .formatted(now.plus(lease).toEpochMilli(), now.toEpochMilli(), beats)
            + "news=none\nnews-since=0\nnews-beats=0\nteller=\n";
    long version = ledger.controls().read(key).map(ControlRecord::version).orElse(0L) + 1;
    ledger.controls().write(new ControlRecord(key, version, body));
  }

  private void raise() {
    AlertRow.Group group = new AlertRow.Group("SEQUENCE_FAILED", "copy", "", "v1");
    ledger
        .alerts()
        .raise(List.of(new AlertRow(group, ledger.ledger().now(), Optional.empty(), "no")));
  }

  private Ingest job() {
    return heard().sink(sink()).build();
  }

  private AlertSink sink() {
    return new AlertSink() {
      @Override
      public String name() {
        return "sent";
      }

      @Override
      public void send(AlertMessage message) {
        if (message instanceof AlertMessage.Digest digest) {
          digest.digest().lines().forEach(line -> sent.add(line.group().code()));
        }
      }

      @Override
      public void close() {}
    };
  }

  private IngestBuilder bare() {
    return Ingest.builder()
        .ledger(ledger)
        .content(content.access())
        .allowVolatileStores()
        .limits(new IntakeLimits(10, 1 << 20, 1 << 20, OwnerQuota.UNLIMITED, Duration.ofDays(1)));
  }

  private IngestBuilder heard() {
    EngineListener listener =
        new EngineListener() {
          @Override
          public void alertsHeldUp(Beat pump) {
            heldUpBy.add(pump);
          }
        };
    return bare()
        .pipeline(
            Pipeline.named("test").expect(Expectation.onePerItem()).stage(Stage.copy()).build())
        .listener(listener);
  }

  @Test
  void aJobThatFollowsAKilledProcess_tellsWhatWaits() {
    plant(Duration.ofSeconds(4), 17);
    raise();
    LastWord lastWord = LastWord.of(ledger);
    try (Ingest job = job()) {
      assertTrue(job.runUntilIdle());
    }
    assertTrue(sent.contains("SEQUENCE_FAILED"), sent::toString);
    assertEquals(
        List.of(Optional.of(new NodeId("killed-1"))), heldUpBy.stream().map(Beat::holder).toList());
    assertFalse(lastWord.isUntold());
  }

  @Test
  void aJobWithNothingToTell_doesNotWaitForAKilledProcess() {
    plant(Duration.ofHours(1), 17);
    long begun = System.nanoTime();
    try (Ingest job = job()) {
      assertTrue(job.runUntilIdle());
    }
    assertTrue(System.nanoTime() - begun < Duration.ofSeconds(30).toNanos());
    assertEquals(List.of(), heldUpBy);
  }

  /** Its sentinel is refused its turns for as long as the killed one has the lease. */
  @Test
  void aDeadlineThatPassedBeforeTheJob_isToldBehindTheSentinelOfAKilledProcess()
      throws IOException {
    Pipeline other =
        Pipeline.named("other").expect(Expectation.onePerItem()).stage(Stage.copy()).build();
    try (Ingest intake =
        bare()
            .pipeline(other)
            .times(new TimePolicy(Duration.ofMillis(1), Duration.ofDays(30), Duration.ofDays(7)))
            .withoutWatch()
            .build()) {
      intake.submit(
          SequenceKey.of("alice", "late"), upload -> upload.add(ItemName.of("a"), new byte[] {1}));
    }
    plant(new ControlRecord.Key("watcher", "sentinel"), Duration.ofSeconds(4), 17);
    try (Ingest job = job()) {
      assertTrue(job.runUntilIdle());
    }
    assertTrue(sent.contains("SEQUENCE_OVERDUE"), sent::toString);
  }

  /** It could take nothing over. */
  @Test
  void aJobThatDoesNotWatch_saysWhatWaitsOnceAndDoesNotWait() {
    plant(Duration.ofHours(1), 17);
    raise();
    long begun = System.nanoTime();
    try (Ingest job = heard().withoutWatch().build()) {
      assertTrue(job.runUntilIdle());
      assertTrue(job.runUntilIdle());
    }
    assertTrue(System.nanoTime() - begun < Duration.ofSeconds(30).toNanos());
    assertEquals(1, heldUpBy.size(), "once");
  }

  @Test
  void aJobThatIsClosedWhileItWaits_wasIdleAllTheSame() throws InterruptedException {
    plant(Duration.ofHours(1), 17);
    raise();
    LastWord lastWord = LastWord.of(ledger);
    Ingest job = job();
    boolean[] idle = {false};
    Thread running = new Thread(() -> idle[0] = job.runUntilIdle());
    running.start();
    long begun = System.nanoTime();
    while (heldUpBy.isEmpty() && System.nanoTime() - begun < Duration.ofSeconds(30).toNanos()) {
      running.join(20);
    }
    job.close();
    running.join();
    assertTrue(idle[0]);
    assertEquals(List.of(), sent);
    assertTrue(lastWord.isUntold(), "which is told");
    assertEquals(1, heldUpBy.size(), "once");
  }

  @Test
  void aDigestWithoutALine_isNoAlertThatWaits() {
    plant(Duration.ofHours(1), 17);
    ledger.alerts().seal();
    LastWord lastWord = LastWord.of(ledger);
    assertFalse(LastWord.isAlertWaiting(ledger));
    assertFalse(lastWord.isUntold());
    raise();
    assertTrue(lastWord.isUntold());
    ledger.alerts().seal();
    assertTrue(LastWord.isAlertWaiting(ledger), "behind the empty one");
    assertTrue(lastWord.isUntold());
  }

  @Test
  void aPumpThatBeatsMeanwhile_isSeenToTell() {
    plant(Duration.ofHours(1), 17);
    raise();
    LastWord lastWord = LastWord.of(ledger);
    assertTrue(lastWord.isUntold());
    plant(Duration.ofHours(1), 18);
    assertTrue(LastWord.isAlertWaiting(ledger));
    assertFalse(lastWord.isUntold());
  }

  @Test
  void behindMoreEmptyDigestsThanAreLookedAt_alertsMayWait() {
    for (int i = 0; i < AlertOutbox.MAX_UNSENT; i++) {
      assertFalse(LastWord.isAlertWaiting(ledger));
      ledger.alerts().seal();
    }
    assertTrue(LastWord.isAlertWaiting(ledger));
  }
}
