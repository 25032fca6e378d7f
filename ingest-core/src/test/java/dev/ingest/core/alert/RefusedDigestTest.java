package dev.ingest.core.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.core.engine.AlertPump;
import dev.ingest.core.engine.Node;
import dev.ingest.core.engine.Seams;
import dev.ingest.core.engine.Supervisor;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.testkit.InMemoryLedger;
import dev.ingest.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a digest that destinations refuse while they take others. */
@Timeout(60)
final class RefusedDigestTest {

  private static final int SMALL = 2_000;
  private static final Duration TICK = Duration.ofSeconds(5);

  private final ManualTime time = new ManualTime(AlertSamples.TIME);
  private final InMemoryLedger ledger = new InMemoryLedger(time, IncarnationId.ofBits(1, 1));
  private final Receiver receiver = new Receiver();
  private final Receiver other = new Receiver();

  @AfterEach
  void end() {
    receiver.close();
    other.close();
  }

  @Test
  void digestThatIsTooLarge_isTakenReducedUnderItsOrdinalAndHoldsUpNothing() {
    receiver.refuseAbove(SMALL);
    AlertPump pump = pump(List.of(sink(receiver)));
    run(pump, Duration.ofMinutes(1));
    raiseManyGroups();
    run(pump, Duration.ofSeconds(40));
    raise("SEQUENCE_LOST", "v1");
    run(pump, Duration.ofMinutes(3));
    List<Map<String, Object>> taken = taken(receiver);
    List<Map<String, Object>> reduced =
        taken.stream().filter(body -> body.containsKey("reduced")).toList();
    assertEquals(1, reduced.size());
    List<Object> lines = JsonReader.array(reduced.get(0).getOrDefault("alerts", ""));
    assertEquals(2, lines.size(), "one per code");
    Map<String, Object> line = JsonReader.object(lines.get(0));
    assertEquals("SEQUENCE_FAILED", line.get("code"));
    assertEquals(20L, line.get("count"));
    assertEquals(List.of(), line.get("sequences"));
    assertEquals("", line.get("pipeline"));
    assertWithoutGap(taken);
    assertTrue(codes(taken).contains("SEQUENCE_LOST"), "those behind it came");
    assertEquals(1, Collections.frequency(codes(taken), "DIGEST_REDUCED"));
    assertEquals(List.of(), ledger.alerts().unsent(10));
  }

  @Test
  void digestThatAnotherSinkTakes_isNotReduced() {
    receiver.refuseAbove(SMALL);
    AlertPump pump = pump(List.of(sink(receiver), sink(other)));
    raiseManyGroups();
    run(pump, Duration.ofMinutes(2));
    assertFalse(taken(receiver).stream().anyMatch(body -> body.containsKey("reduced")));
    assertTrue(other.requests.stream().anyMatch(request -> request.body().length > SMALL));
  }

  @Test
  void sinkThatIsMerelyOut_getsTheDetailsWhenItIsBack() {
    outFor(9);
    other.refuseAbove(SMALL);
    AlertPump pump = pump(List.of(sink(receiver), sink(other)));
    raiseManyGroups();
    run(pump, Duration.ofMinutes(5));
    assertFalse(isAnyReduced(other));
    assertTrue(receiver.requests.stream().anyMatch(request -> request.body().length > SMALL));
    assertEquals(List.of(), ledger.alerts().unsent(10));
  }

  @Test
  void sinkThatIsOutForTenMinutes_isNotWaitedForAnyLonger() {
    outFor(10_000);
    other.refuseAbove(SMALL);
    AlertPump pump = pump(List.of(sink(receiver), sink(other)));
    raiseManyGroups();
    run(pump, Duration.ofMinutes(9));
    assertFalse(isAnyReduced(other));
    run(pump, Duration.ofMinutes(5));
    assertTrue(isAnyReduced(other));
    String told =
        other.requests.stream()
            .map(Receiver.Request::text)
            .filter(text -> text.contains("DIGEST_REDUCED"))
            .findFirst()
            .orElseThrow();
    assertTrue(told.contains("413") && !told.contains("503"), "the error of who refused it");
  }

  private void outFor(int requests) {
    for (int i = 0; i < requests; i++) {
      receiver.reply(Receiver.status(503));
    }
  }

  private static boolean isAnyReduced(Receiver at) {
    return at.requests.stream().anyMatch(request -> request.text().contains("\"reduced\""));
  }

  @Test
  void destinationThatRefusesEverything_getsTheWholeDigestWhenItNoLongerDoes() {
    receiver.refuseAbove(-1);
    AlertPump pump = pump(List.of(sink(receiver)));
    raiseManyGroups();
    run(pump, Duration.ofMinutes(10));
    receiver.refuseAbove(Integer.MAX_VALUE);
    int before = receiver.requests.size();
    run(pump, Duration.ofMinutes(2));
    Map<String, Object> first =
        JsonReader.object(JsonReader.read(receiver.requests.get(before).text()));
    assertFalse(first.containsKey("reduced"));
    assertEquals(1L, first.get("ordinal"));
  }

  @Test
  void destinationThatIsOut_isNotSentReducedDigests() {
    for (int i = 0; i < 100; i++) {
      receiver.reply(Receiver.status(503));
    }
    AlertPump pump = pump(List.of(sink(receiver)));
    raiseManyGroups();
    run(pump, Duration.ofMinutes(3));
    assertFalse(receiver.requests.stream().anyMatch(request -> request.text().contains("reduced")));
  }

  @Test
  void outageAfterARefusal_isNoRefusalOfTheNextDigest() {
    receiver.refuseAbove(SMALL);
    AlertPump pump = pump(List.of(sink(receiver)));
    raiseManyGroups();
    run(pump, Duration.ofMinutes(2));
    assertTrue(isAnyReduced(receiver));
    receiver.requests.clear();
    outFor(8);
    run(pump, Duration.ofMinutes(5));
    assertFalse(isAnyReduced(receiver));
    assertEquals(List.of(), ledger.alerts().unsent(10));
  }

  /** Bodies of 200, in order; the last request with an ordinal is what was taken of it. */
  private static List<Map<String, Object>> taken(Receiver from) {
    List<Map<String, Object>> taken = new ArrayList<>();
    for (Receiver.Request request : List.copyOf(from.requests)) {
      if (request.body().length <= SMALL) {
        taken.add(JsonReader.object(JsonReader.read(request.text())));
      }
    }
    return taken;
  }

  private static void assertWithoutGap(List<Map<String, Object>> taken) {
    for (int i = 0; i < taken.size(); i++) {
      assertEquals(i + 1L, taken.get(i).get("ordinal"));
    }
  }

  private static List<Object> codes(List<Map<String, Object>> taken) {
    List<Object> codes = new ArrayList<>();
    for (Map<String, Object> body : taken) {
      for (Object line : JsonReader.array(body.getOrDefault("alerts", ""))) {
        codes.add(JsonReader.object(line).getOrDefault("code", ""));
      }
    }
    return codes;
  }

  private void raiseManyGroups() {
    for (int version = 0; version < 20; version++) {
      raise("SEQUENCE_FAILED", "v" + version);
      raise("SEQUENCE_OVERDUE", "v" + version);
    }
  }

  private void raise(String code, String version) {
    ledger
        .alerts()
        .raise(
            List.of(
                new AlertRow(
                    new AlertRow.Group(code, "photos", "resize@1", version),
                    time.instant(),
                    Optional.of(SequenceKey.of("alice", "ride-1")),
                    "it did not go well")));
  }

  private void run(AlertPump pump, Duration length) {
    Supervisor supervisor = new Supervisor(EngineListener.NONE);
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(TICK)) {
      time.advance(TICK);
      supervisor.supervise("pump", pump::tick);
    }
  }

  private AlertPump pump(List<AlertSink> sinks) {
    return new AlertPump(
        ledger,
        new Node.Identity(new NodeId("node-1"), "v1"),
        new Seams(time, new SplittableRandom(1)::nextLong, Runnable::run, wait -> true),
        sinks,
        AlertPolicy.DEFAULT);
  }

  private AlertSink sink(Receiver to) {
    HttpPolicy policy =
        new HttpPolicy(
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            1,
            Duration.ofMillis(1),
            Duration.ofSeconds(3));
    String name = "sink-" + (to == receiver ? "one" : "two");
    return WebhookSink.open(
        name,
        HttpDestination.of(to.uri("/hook")).withPolicy(policy),
        WebhookKey.of("0123456789abcdef0123456789abcdef"),
        time);
  }
}
