package dev.ingest.core.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.ConfigurationException;
import dev.ingest.core.engine.HeartbeatDriver;
import dev.ingest.core.engine.Seams;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.alert.AlertSinkException;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The heartbeat to an external monitor. */
@Timeout(60)
final class HeartbeatTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ManualTime time = new ManualTime(AlertSamples.TIME);
  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  private final Receiver receiver = new Receiver();
  private boolean isLedgerOut;
  private boolean refusesWrites;
  private final HeartbeatDriver driver =
      new HeartbeatDriver(
          new FaultingLedger(
              ledger,
              call ->
                  isLedgerOut || (refusesWrites && call.method().equals("write"))
                      ? new Fault.FailBefore()
                      : new Fault.None()),
          new NodeId("node-1"),
          new Seams(time, new SplittableRandom(1)::nextLong, Runnable::run, wait -> true),
          OutboundHeartbeat.get(destination(), MINUTE));

  @AfterEach
  void end() {
    receiver.close();
  }

  @Test
  void ping_isSentOncePerInterval() {
    for (int i = 0; i < 60; i++) {
      driver.tick();
      time.advance(Duration.ofSeconds(10));
    }
    assertEquals(10, receiver.requests.size());
    assertEquals("GET", receiver.requests.get(0).method());
    assertEquals("/ping/secret-path", receiver.requests.get(0).path());
  }

  @Test
  void ledgerThatDoesNotAnswer_silencesThePing() {
    isLedgerOut = true;
    for (int i = 0; i < 10; i++) {
      assertThrows(LedgerException.class, driver::tick);
      time.advance(MINUTE);
    }
    assertEquals(0, receiver.requests.size());
    isLedgerOut = false;
    assertEquals(1, driver.tick());
  }

  @Test
  void ledgerThatTakesNoWrites_silencesThePing() {
    assertEquals(1, driver.tick());
    refusesWrites = true;
    for (int i = 0; i < 10; i++) {
      time.advance(MINUTE);
      assertThrows(LedgerException.class, driver::tick);
    }
    assertEquals(1, receiver.requests.size());
    refusesWrites = false;
    assertEquals(1, driver.tick());
  }

  @Test
  void severalNodes_pingEach() {
    HeartbeatDriver other =
        new HeartbeatDriver(
            ledger,
            new NodeId("node-2"),
            new Seams(time, new SplittableRandom(1)::nextLong, Runnable::run, wait -> true),
            OutboundHeartbeat.get(destination(), MINUTE));
    assertEquals(2, driver.tick() + other.tick());
    time.advance(MINUTE);
    assertEquals(2, other.tick() + driver.tick());
  }

  @Test
  void pingThatWasRefused_isSentAtTheNextTick() {
    receiver.reply(Receiver.status(404));
    assertThrows(AlertSinkException.class, driver::tick);
    assertEquals(1, driver.tick());
    assertEquals(0, driver.tick());
  }

  @Test
  void post_hasNoBody() {
    OutboundHeartbeat.post(destination(), MINUTE).send();
    assertEquals("POST", receiver.requests.get(0).method());
    assertEquals("", receiver.requests.get(0).text());
  }

  @Test
  void interval_isBoundedAndThePathIsNotPrinted() {
    assertThrows(
        ConfigurationException.class,
        () -> OutboundHeartbeat.get(destination(), Duration.ofMillis(999)));
    assertThrows(
        ConfigurationException.class,
        () -> OutboundHeartbeat.get(destination(), Duration.ofHours(2)));
    assertFalse(OutboundHeartbeat.get(destination(), MINUTE).toString().contains("secret"));
  }

  private HttpDestination destination() {
    return HttpDestination.of(receiver.uri("/ping/secret-path"));
  }
}
