package dev.ingest.core.engine;

import static dev.ingest.core.engine.RouteBench.BROKEN;
import static dev.ingest.core.engine.RouteBench.CAROL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.RampPlan;
import dev.ingest.core.Route;
import dev.ingest.core.Route.Act;
import dev.ingest.core.Route.Sticky;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.Upload;
import dev.ingest.core.engine.RateSource.Counts;
import dev.ingest.core.engine.RateSource.Tally;
import dev.ingest.core.lifecycle.Canary;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes evidence for a rollback, and what it does, on manual time. */
final class CensusRatesTest {

  private static final Duration TICK = Duration.ofSeconds(10);

  private final RouteBench routes = new RouteBench();
  private final Bench bench = routes.bench;

  private RateSource rates() {
    return new CensusRates(bench.node(bench.ledger, bench.watchedContent));
  }

  private Counts counts(String pipeline) {
    return Objects.requireNonNull(rates().of(routes.route()).get(pipeline));
  }

  private boolean isRolledBack() {
    return routes.route().change().act() == Act.ROLLED_BACK;
  }

  private void tick(Engine engine, RouteWatcher watcher, int sequences) {
    bench.time.advance(TICK);
    routes.accept(engine, sequences);
    bench.run(engine);
    watcher.tick();
  }

  /** An owner whose sequences go to a pipeline. */
  private static String ownerIn(Engine engine, String pipeline) {
    return IntStream.range(0, 1_000)
        .mapToObj(i -> "batch-" + i)
        .filter(
            owner ->
                engine
                    .routing()
                    .choose(SequenceKey.of(owner, "any"))
                    .pipeline()
                    .name()
                    .equals(pipeline))
        .findFirst()
        .orElseThrow();
  }

  private void batch(Engine engine, String owner, int count) {
    for (int i = 0; i < count; i++) {
      Bench.submit(engine, SequenceKey.of(owner, "file-" + i), BROKEN.value(), "x");
    }
  }

  /** With a deadline beyond the day that the census is read for; no node runs the candidate. */
  @Test
  void aCandidateThatStallsEverything_isRolledBackByWhatIsOverdueAlone() {
    bench.times = new TimePolicy(Duration.ofHours(30), Duration.ofDays(30), Duration.ofDays(7));
    RouteBench.set(routes.engine(), 1, 1);
    Engine partial = bench.engine(RouteBench.old());
    bench.times = TimePolicy.DEFAULT;
    RouteWatcher watcher = routes.watcher();
    tick(partial, watcher, 60);
    bench.time.advance(Duration.ofHours(29));
    tick(partial, watcher, 60);
    assertFalse(isRolledBack());
    bench.time.advance(Duration.ofHours(1));
    tick(partial, watcher, 0);
    assertTrue(isRolledBack());
    assertTrue(
        routes.route().change().reason().contains("in new are overdue"),
        routes.route().change().reason());
    assertEquals(0, routes.route().split().weights().get("new"));
  }

  @Test
  void whatIsOverdue_isCountedByItsPipelineUntilItEnds() {
    RouteBench.set(routes.engine(), 1, 1);
    Engine partial = bench.engine(RouteBench.old());
    routes.accept(partial, 300);
    bench.time.advance(Duration.ofMinutes(61));
    long waiting = routes.pipelines().getOrDefault("new", 0);
    assertEquals(waiting, counts("new").overdue());
    bench.run(partial);
    assertEquals(0, counts("old").overdue());
  }

  /** A clock that jumps would take all that is in flight for late, wherever that takes longer. */
  @Test
  void whatIsOverdueByAClockThatIsNotBelieved_isNoEvidence() {
    Engine both = routes.engine();
    both.begin();
    RouteBench.set(both, 1, 1);
    Engine partial = bench.engine(RouteBench.old());
    routes.accept(partial, 60);
    bench.ledgerAhead = Duration.ofHours(2);
    assertEquals(0, counts("new").overdue(), "nobody knows what has passed");
    both.acting().confirmTime(RouteBench.CAROL, false);
    assertTrue(counts("new").overdue() > 0);
  }

  @Test
  void whatIsOverdue_isFoundPageByPageWithoutReadingWhatFailed() {
    RouteBench.set(routes.engine(), 0, 1);
    routes.isBad = true;
    routes.accept(routes.engine(), 20);
    bench.run(routes.engine());
    Engine partial = bench.engine(RouteBench.old());
    routes.accept(partial, 1_050);
    bench.time.advance(Duration.ofMinutes(61));
    BentLedger heard = new BentLedger(bench.watchedLedger);
    List<State> read = new ArrayList<>();
    heard.read = entry -> read.add(entry.state());
    Counts counts =
        new CensusRates(bench.node(heard.store(), bench.watchedContent))
            .of(routes.route())
            .get("new");
    assertEquals(1_050, Objects.requireNonNull(counts).overdue());
    assertEquals(Collections.nCopies(1_050, State.ACCEPTED), read);
  }

  @Test
  void oneOwnersBrokenBatch_rollsNothingBackAndTheRampGoesOn() {
    Engine engine = routes.engine();
    RouteBench.set(engine, 1, 0, Sticky.OWNER);
    RampPlan plan = new RampPlan("old", "new", List.of(25, 50, 75), Duration.ofMinutes(1), 10);
    engine.acting().route(Route.NAME).ramp(plan, CAROL, false);
    RouteWatcher watcher = routes.watcher();
    tick(engine, watcher, 20);
    batch(engine, ownerIn(engine, "new"), 20);
    for (int i = 0; i < 14; i++) {
      tick(engine, watcher, 20);
    }
    assertFalse(isRolledBack(), () -> routes.route().change().reason());
    assertEquals(Act.RAMP_STEP, routes.route().change().act());
    assertEquals(2, routes.route().ramp().orElseThrow().step());
  }

  /** Each tick another node watches, so that what owners had before the split is kept for all. */
  @Test
  void aVersionThatIsReallyBad_isRolledBackInTimeAlsoByOwner() {
    Engine engine = routes.engine();
    RouteBench.set(engine, 0, 1, Sticky.OWNER);
    routes.isBad = true;
    routes.accept(engine, 30);
    bench.run(engine);
    routes.isBad = false;
    RouteBench.set(engine, 1, 1, Sticky.OWNER);
    for (int i = 0; i < 3; i++) {
      tick(engine, routes.watcher(), 20);
    }
    assertEquals(0, counts("new").failed(), "30 that failed before the split");
    routes.isBad = true;
    Instant broken = bench.time.instant();
    while (!isRolledBack()) {
      RouteWatcher watcher = routes.watcher();
      tick(engine, watcher, 20);
      watcher.release();
      assertTrue(
          !bench.time.instant().isAfter(broken.plus(Duration.ofSeconds(90))), "not rolled back");
    }
    assertTrue(
        routes.route().change().reason().contains("owners in new have sequences that failed"),
        routes.route().change().reason());
  }

  @Test
  void ownersOfAnotherLook_countAsNone() {
    RouteBench.set(routes.engine(), 1, 1, Sticky.OWNER);
    Node node = bench.node(bench.ledger, bench.content);
    Map<String, Map<Long, OwnEnds>> first = Map.of("new", Map.of(1L, new OwnEnds(1, 0, 0)));
    new FirstLooks(node).of(routes.route(), first);
    ControlRecord kept = bench.ledger.controls().list(FirstLooks.OWNERS, "", 10).get(0);
    String other = kept.body().replace(RecordBody.parse(kept).text("set"), "0".repeat(16));
    bench.ledger.controls().write(new ControlRecord(kept.key(), kept.version() + 1, other));
    Map<String, Map<Long, OwnEnds>> later = Map.of("new", Map.of(1L, new OwnEnds(5, 0, 0)));
    assertEquals(
        Optional.of(later), new FirstLooks(node).of(routes.route(), later).orElseThrow().owners());
  }

  @Test
  void byOwner_eachCountsOnce() {
    Engine engine = routes.engine();
    RouteBench.set(engine, 1, 1, Sticky.OWNER);
    counts("new");
    batch(engine, ownerIn(engine, "new"), 20);
    bench.run(engine);
    assertEquals(new Counts(Tally.of(0, 20, 0), Tally.of(0, 1, 0)), counts("new"));
  }

  @Test
  void asManyOwnersAsCanBeKept_areKeptAndOneMoreIsNot() {
    Engine engine = routes.engine();
    RouteBench.set(engine, 1, 1, Sticky.OWNER);
    Node node = bench.node(bench.ledger, bench.watchedContent);
    Map<Long, OwnEnds> owners = new HashMap<>();
    for (long owner = 0; owner < FirstLooks.MAX_OWNERS; owner++) {
      owners.put(owner, new OwnEnds(1, 0, 0));
    }
    Map<String, Map<Long, OwnEnds>> most = Map.of("new", Map.copyOf(owners));
    assertEquals(
        Optional.of(most), new FirstLooks(node).of(routes.route(), most).orElseThrow().owners());
    assertEquals(
        Optional.of(most),
        new FirstLooks(node).of(routes.route(), Map.of()).orElseThrow().owners(),
        "as kept");
    bench.time.advance(Duration.ofSeconds(1));
    RouteBench.set(engine, 1, 2, Sticky.OWNER);
    owners.put(-1L, new OwnEnds(1, 0, 0));
    assertEquals(Optional.empty(), new FirstLooks(node).of(routes.route(), Map.of("new", owners)));
    assertEquals(Optional.empty(), new FirstLooks(node).of(routes.route(), Map.of()), "as kept");
  }

  @Test
  void ofMoreOwnersThanCanBeKept_aRouteBySequencesKeepsTheSums() {
    Engine engine = routes.engine();
    RouteBench.set(engine, 1, 1);
    Node node = bench.node(bench.ledger, bench.watchedContent);
    Map<Long, OwnEnds> owners = new HashMap<>();
    for (long owner = 0; owner <= FirstLooks.MAX_OWNERS; owner++) {
      owners.put(owner, new OwnEnds(1, 0, 0));
    }
    Map<String, OwnEnds> sums = Map.of("new", new OwnEnds(FirstLooks.MAX_OWNERS + 1L, 0, 0));
    FirstLooks.Look look =
        new FirstLooks(node).of(routes.route(), Map.of("new", owners)).orElseThrow();
    assertEquals(Optional.empty(), look.owners());
    assertEquals(sums, look.sums());
    FirstLooks.Look kept = new FirstLooks(node).of(routes.route(), Map.of()).orElseThrow();
    assertEquals(Optional.empty(), kept.owners());
    assertEquals(sums.get("new"), kept.sums().get("new"));
  }

  @Test
  void aDamagedRecordOfOwners_isNamed() {
    Engine engine = routes.engine();
    routes.accept(engine, 40);
    bench.run(engine);
    RouteBench.set(engine, 1, 1, Sticky.OWNER);
    assertEquals(0, counts("new").ended());
    ControlRecord kept = bench.ledger.controls().list(FirstLooks.OWNERS, "", 10).get(0);
    String damaged = kept.body().replace("/", "?");
    bench.ledger.controls().write(new ControlRecord(kept.key(), kept.version() + 1, damaged));
    String refused =
        String.valueOf(assertThrows(IllegalStateException.class, () -> counts("new")).getMessage());
    assertTrue(refused.contains("route-base-owners/main.000"), refused);
  }

  @Test
  void whatFailedInTheHourOfTheSplitBeforeIt_isNeverEvidence() {
    Engine engine = routes.engine();
    RouteBench.set(engine, 0, 1);
    routes.isBad = true;
    routes.accept(engine, 20);
    bench.run(engine);
    bench.time.advance(TICK);
    RouteBench.set(engine, 1, 1);
    for (int hour = 0; hour < 26; hour++) {
      int passed = hour;
      assertEquals(0, counts("new").failed(), () -> passed + " hours after the split");
      bench.time.advance(Duration.ofHours(1));
    }
  }

  /** What failed in the new pipeline before the split, and is redriven once that is mended. */
  private List<SequenceKey> failedBefore(Engine engine, Sticky sticky, int count) {
    RouteBench.set(engine, 0, 1, sticky);
    routes.isBad = true;
    routes.accept(engine, count);
    bench.run(engine);
    routes.isBad = false;
    bench.time.advance(TICK);
    RouteBench.set(engine, 1, 1, sticky);
    return List.copyOf(routes.accepted);
  }

  private void redrive(Engine engine, List<SequenceKey> failed) {
    failed.forEach(key -> engine.acting().redrive(key, CAROL, false));
    bench.run(engine);
  }

  @Test
  void whatIsRedriven_isNeitherEvidenceNorHidesWhatFailsAnew() {
    Engine engine = routes.engine();
    List<SequenceKey> failed = failedBefore(engine, Sticky.SEQUENCE, 200);
    RouteWatcher watcher = routes.watcher();
    tick(engine, watcher, 40);
    Counts before = counts("new");
    redrive(engine, failed);
    assertEquals(before, counts("new"), "200 that were redriven");
    routes.isBad = true;
    for (int i = 0; i < 3; i++) {
      tick(engine, watcher, 40);
    }
    assertTrue(isRolledBack());
  }

  @Test
  void whatIsRedrivenAndFailsAgain_isNoEvidence() {
    Engine engine = routes.engine();
    List<SequenceKey> failed = failedBefore(engine, Sticky.SEQUENCE, 200);
    RouteWatcher watcher = routes.watcher();
    tick(engine, watcher, 80);
    routes.isBad = true;
    redrive(engine, failed);
    routes.isBad = false;
    for (int i = 0; i < 3; i++) {
      tick(engine, watcher, 40);
    }
    assertEquals(0, counts("new").failed());
    assertFalse(isRolledBack());
  }

  /** The same owners, so that within the hour of the split their own redriven ones hide theirs. */
  @Test
  void whatFailsAnewInALaterHour_isEvidenceWhateverIsRedriven() {
    Engine engine = routes.engine();
    bench.time.advance(
        Duration.between(
            bench.time.instant(),
            CensusKey.hourOf(bench.time.instant()).plus(Duration.ofMinutes(70))));
    RouteBench.set(engine, 1, 1, Sticky.OWNER);
    List<SequenceKey> failed = new ArrayList<>();
    routes.isBad = true;
    for (int round = 0; round < 5; round++) {
      failed.addAll(uploads(engine, round));
    }
    bench.run(engine);
    routes.isBad = false;
    failed.removeIf(key -> bench.state(key) != State.FAILED);
    bench.time.advance(TICK);
    RouteBench.set(engine, 1, 1, Sticky.OWNER);
    RouteWatcher watcher = routes.watcher();
    watcher.tick();
    redrive(engine, failed);
    assertEquals(0, counts("new").ended(), "all of it was redriven");
    bench.time.advance(Duration.ofHours(1));
    routes.isBad = true;
    uploads(engine, 5);
    bench.run(engine);
    watcher.tick();
    assertTrue(isRolledBack(), () -> counts("new").toString());
  }

  private static List<SequenceKey> uploads(Engine engine, int round) {
    List<SequenceKey> keys =
        IntStream.range(0, 60)
            .mapToObj(owner -> SequenceKey.of("owner-" + owner, "round-" + round))
            .toList();
    keys.forEach(key -> Bench.submit(engine, key, "a", "x of " + key));
    return keys;
  }

  @Test
  void canaries_areNoEvidence() throws Exception {
    Engine engine = routes.engine();
    RouteBench.set(engine, 1, 1);
    counts("new");
    Routing.Choice choice =
        engine.routing().choice(routes.route().split().branch("new").orElseThrow());
    for (int i = 0; i < 5; i++) {
      SequenceKey canary = new SequenceKey(Canary.OWNER, SequenceId.of("canary-" + i));
      try (Upload upload = engine.intake().openInto(canary, choice)) {
        upload.add(i == 0 ? ItemName.of("a") : BROKEN, new byte[] {1});
        upload.submit();
      }
    }
    bench.run(engine);
    assertEquals(Counts.NONE, counts("new"));
  }

  @Test
  void whereOwnersWereMany_moreHoursAreReadAgainOnceTheyAreFew() {
    Engine engine = routes.engine();
    RouteBench.set(engine, 1, 0);
    CensusRates rates = new CensusRates(bench.node(bench.ledger, bench.watchedContent), 1_000);
    routes.accept(engine, 1_001);
    rates.of(routes.route());
    assertEquals(12, rates.hours(Route.NAME));
    bench.time.advance(Duration.ofHours(25));
    rates.of(routes.route());
    assertEquals(24, rates.hours(Route.NAME));
  }
}
