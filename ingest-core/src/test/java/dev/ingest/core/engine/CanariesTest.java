package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.CanaryPolicy;
import dev.ingest.core.QuietHourPolicy;
import dev.ingest.core.Route;
import dev.ingest.core.RoutePolicy;
import dev.ingest.core.Stage;
import dev.ingest.core.UploadAction;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Canaries through the pipelines of a route, on manual time. */
final class CanariesTest {

  private static final Duration TICK = Duration.ofSeconds(10);

  private final RouteBench routes = new RouteBench();
  private final Bench bench = routes.bench;
  private final Engine engine = routes.engine();
  private final Expirer expirer =
      new Expirer(
          engine.node(),
          engine.committer(),
          bench.watchedContent,
          dev.ingest.core.ExpiryPolicy.DEFAULT,
          engine.part(Watcher.EXPIRER),
          engine.supervisor());
  private String text = "a canary";
  private final UploadAction items =
      upload -> upload.add(ItemName.of("a"), text.getBytes(StandardCharsets.UTF_8));
  private final Canaries canaries =
      new Canaries(engine, new CanaryPolicy(Duration.ofMinutes(1), Duration.ofSeconds(30), items));

  private void ticks(int count, boolean isWorking) {
    for (int i = 0; i < count; i++) {
      bench.time.advance(TICK);
      canaries.tick();
      if (isWorking) {
        bench.run(engine);
        expirer.tick();
      }
    }
  }

  private List<Entry> entries() {
    return bench
        .ledger
        .ledger()
        .scan(
            new ScanQuery(
                Optional.of(Canary.OWNER), Optional.empty(), Set.of(), Optional.empty(), 1_000))
        .entries();
  }

  private List<String> told() {
    return bench.alertCodes().stream().filter(code -> !code.startsWith("ROUTE")).toList();
  }

  @Test
  void oneComesThroughEveryPipelineWithAWeight_andTheirNumberIsBounded() {
    RouteBench.set(engine, 1, 1);
    ticks(600, true);
    List<Entry> entries = entries();
    assertTrue(entries.size() <= 2 * Canaries.SLOTS, () -> entries.toString());
    assertEquals(
        Set.of("old", "new"),
        Set.copyOf(entries.stream().map(entry -> entry.run().pipeline().name()).toList()));
    long epochs = entries.stream().mapToLong(entry -> entry.run().epoch()).sum();
    assertTrue(epochs >= 2 * 90, "a canary a minute through each, " + epochs);
    assertEquals(List.of(), told());
    assertEquals(List.of(), bench.caught);
    assertEquals(0, bench.ledger.alerts().notices().pending());
    bench.checkInvariants();
  }

  @Test
  void withoutARoute_theFirstPipelineGetsThem() {
    ticks(20, true);
    assertEquals(
        Set.of("old"),
        Set.copyOf(entries().stream().map(entry -> entry.run().pipeline().name()).toList()));
  }

  @Test
  void oneThatIsLate_isToldByItsPipelineAndClearedByTheNext() {
    RouteBench.set(engine, 1, 1);
    ticks(10, true);
    routes.isBad = true;
    ticks(30, true);
    assertEquals(1, told().stream().filter("CANARY_LATE"::equals).count());
    assertEquals(
        "new",
        bench.ledger.pendingAlerts().stream()
            .filter(row -> row.group().code().equals("CANARY_LATE"))
            .findFirst()
            .orElseThrow()
            .group()
            .stage());
    routes.isBad = false;
    ticks(10, true);
    assertEquals(1, told().stream().filter("CANARY_THROUGH"::equals).count());
    bench.checkInvariants();
  }

  @Test
  void anEndThatCouldNotBeTold_isToldByTheNextLook() {
    boolean[] isDown = {false};
    FaultingLedger faulty =
        new FaultingLedger(
            bench.watchedLedger,
            call ->
                isDown[0] && call.method().equals("raise") ? new Fault.FailBefore() : Fault.NONE);
    Canaries looks = new Canaries(routes.engine(faulty), policy());
    looks.tick();
    bench.time.advance(Duration.ofMinutes(1));
    looks.tick();
    assertEquals(1, count("CANARY_LATE"));
    bench.run(engine);
    bench.time.advance(TICK);
    isDown[0] = true;
    assertThrows(LedgerException.class, looks::tick);
    isDown[0] = false;
    bench.time.advance(TICK);
    looks.tick();
    assertEquals(1, count("CANARY_THROUGH"));
    bench.time.advance(TICK);
    looks.tick();
    assertEquals(1, count("CANARY_THROUGH"));
  }

  @Test
  void whatWasToldOfAPipeline_endsTwoHoursAfterTheLastOneWasSentByAnyone() {
    RouteWatcher router = routes.watcher();
    canaries.tick();
    bench.time.advance(Duration.ofMinutes(1));
    canaries.tick();
    assertEquals(1, count("CANARY_LATE"));
    for (int hour = 0; hour < 5; hour++) {
      bench.time.advance(Duration.ofHours(1));
      canaries.tick();
      router.tick();
    }
    assertEquals(0, count("CANARY_THROUGH"), "they are sent, and none comes through");
    canaries.release();
    for (int hour = 0; hour < 2; hour++) {
      bench.time.advance(Duration.ofHours(1));
      router.tick();
    }
    assertEquals(0, count("CANARY_THROUGH"), "the node may be back soon");
    bench.time.advance(Duration.ofHours(1));
    router.tick();
    assertEquals(1, count("CANARY_THROUGH"));
    bench.time.advance(Duration.ofHours(1));
    router.tick();
    assertEquals(1, count("CANARY_THROUGH"));
  }

  /** Its process starts again within every hour, and so never comes to remind of it. */
  @Test
  void whatIsSentByANodeThatStartsAgainAndAgain_isStillLate() {
    RouteWatcher router = routes.watcher();
    canaries.tick();
    bench.time.advance(Duration.ofMinutes(1));
    canaries.tick();
    canaries.release();
    for (int minutes = 0; minutes < 300; minutes += 30) {
      bench.time.advance(Duration.ofMinutes(30));
      Canaries next = new Canaries(routes.engine(), policy());
      next.tick();
      router.tick();
      next.release();
    }
    assertEquals(0, count("CANARY_THROUGH"));
  }

  private long count(String code) {
    return told().stream().filter(code::equals).count();
  }

  @Test
  void aPipelineThatStandsStill_doesNotFillUp() {
    ticks(200, false);
    assertEquals(Canaries.SLOTS, entries().size());
    assertEquals(1, told().stream().filter("CANARY_LATE"::equals).count());
    ticks(20, true);
    assertEquals(1, told().stream().filter("CANARY_THROUGH"::equals).count());
    ticks(100, true);
    assertTrue(
        entries().stream()
            .allMatch(entry -> entry.state() == State.DISCARDED || entry.run().epoch() > 1),
        () -> entries().toString());
  }

  @Test
  void aPipelineThatLosesItsShare_isNoLongerLate() {
    RouteBench.set(engine, 1, 1);
    routes.isBad = true;
    ticks(10, true);
    assertTrue(told().contains("CANARY_LATE"));
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    ticks(2, true);
    assertEquals(1, told().stream().filter("CANARY_THROUGH"::equals).count());
  }

  /** They fail at once, and the next is sent long before the time of the first is over. */
  @Test
  void canariesThatFailFastAndAreSentOften_areLateAllTheSame() {
    RouteBench.set(engine, 1, 1);
    Canaries often =
        new Canaries(
            engine, new CanaryPolicy(Duration.ofSeconds(20), Duration.ofMinutes(2), items));
    routes.isBad = true;
    for (int i = 0; i < 20; i++) {
      bench.time.advance(TICK);
      often.tick();
      bench.run(engine);
      expirer.tick();
    }
    assertEquals(1, told().stream().filter("CANARY_LATE"::equals).count());
    routes.isBad = false;
    for (int i = 0; i < 6; i++) {
      bench.time.advance(TICK);
      often.tick();
      bench.run(engine);
      expirer.tick();
    }
    assertEquals(1, told().stream().filter("CANARY_THROUGH"::equals).count());
  }

  @Test
  void aPipelineThatLostItsShareBeforeAHandover_isNoLongerLate() {
    RouteBench.set(engine, 1, 1);
    routes.isBad = true;
    ticks(10, true);
    assertTrue(told().contains("CANARY_LATE"));
    canaries.release();
    engine.acting().route(Route.NAME).rollBack("new", CAROL, false);
    Canaries next = new Canaries(routes.engine(), policy());
    bench.time.advance(TICK);
    next.tick();
    assertEquals(1, told().stream().filter("CANARY_THROUGH"::equals).count());
    bench.time.advance(TICK);
    next.tick();
    assertEquals(1, told().stream().filter("CANARY_THROUGH"::equals).count());
  }

  private CanaryPolicy policy() {
    return new CanaryPolicy(Duration.ofMinutes(1), Duration.ofSeconds(30), items);
  }

  /** Another engine over the same ledger, with a route of its own and a pipeline of its own. */
  @Test
  void twoRoutesOverOneLedger_bothGetCanaries() {
    bench.route = new RoutePolicy("other", Duration.ofSeconds(10));
    Engine other = bench.engine(RouteBench.named("third", Stage.copy()));
    Canaries others = new Canaries(other, policy());
    for (int i = 0; i < 12; i++) {
      bench.time.advance(TICK);
      canaries.tick();
      others.tick();
    }
    assertEquals(
        Set.of("old", "third"),
        Set.copyOf(entries().stream().map(entry -> entry.run().pipeline().name()).toList()));
  }

  @Test
  void twoNodesOfARoute_takeTurns() {
    Canaries second = new Canaries(routes.engine(), policy());
    canaries.tick();
    second.tick();
    assertEquals(1, entries().size());
    canaries.release();
    bench.time.advance(Duration.ofMinutes(2));
    second.tick();
    canaries.tick();
    assertEquals(2, entries().size());
    // The holder dies: the other goes on once the turn has run out.
    bench.time.advance(Duration.ofMinutes(2));
    canaries.tick();
    assertEquals(3, entries().size());
    assertEquals(List.of(), bench.caught);
  }

  @Test
  void otherItems_beginOtherIds() {
    ticks(20, true);
    text = "another canary";
    ticks(60, true);
    assertEquals(List.of(), told());
    assertTrue(entries().stream().anyMatch(entry -> entry.key().id().value().startsWith("old.1.")));
    assertEquals(List.of(), bench.caught);
  }

  @Test
  void theirOwner_isNoUsers() {
    InvalidValueException refused =
        assertThrows(
            InvalidValueException.class,
            () -> engine.upload(new SequenceKey(CanaryPolicy.OWNER, Bench.RIDE.id())));
    assertEquals(InvalidValueException.Kind.OWNER_ID, refused.kind());
  }

  @Test
  void noUsersSequence_isDiscardedAsACanary() {
    Bench.submit(engine, Bench.RIDE, "a", "x");
    bench.run(engine);
    Committer.Result result =
        engine
            .committer()
            .apply(bench.entry(Bench.RIDE), new Event.DiscardDecided(Event.Ground.CANARY, CAROL));
    assertTrue(result instanceof Committer.Result.Superseded, result::toString);
    assertEquals(State.VERIFIED, bench.state(Bench.RIDE));
  }

  @Test
  void anHourWithCanariesAlone_isWithoutTraffic() {
    QuietHours quiet = new QuietHours(engine.node(), QuietHourPolicy.DEFAULT);
    for (int hour = 0; hour < 24 * 8; hour++) {
      hour(quiet, true, hour);
    }
    assertEquals(List.of(), told());
    for (int hour = 0; hour < 3; hour++) {
      hour(quiet, false, hour);
    }
    assertEquals(List.of("HOUR_WITHOUT_TRAFFIC", "HOUR_WITHOUT_TRAFFIC"), told());
  }

  private void hour(QuietHours quiet, boolean isBusy, int hour) {
    for (int i = 0; i < 12; i++) {
      bench.time.advance(Duration.ofMinutes(5));
      canaries.tick();
      if (isBusy && i == 3) {
        Bench.submit(engine, SequenceKey.of("alice", "ride-" + hour), "a", "x");
      }
      bench.run(engine);
      expirer.tick();
      quiet.tick();
    }
  }
}
