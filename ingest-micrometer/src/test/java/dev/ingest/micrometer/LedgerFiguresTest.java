package dev.ingest.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.AuditOptions;
import dev.ingest.core.Ingest;
import dev.ingest.core.TimePolicy;
import dev.ingest.spi.ledger.AlertOutbox;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.Fault;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Gauges show what the ledger holds, ask it seldom, and nothing that they do not know. */
@Timeout(60)
final class LedgerFiguresTest {

  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
  private final IngestMeters meters = new IngestMeters(registry);
  private final Scene scene = new Scene();
  private final Map<String, Long> dead = new HashMap<>(Map.of("work", 7L));

  @SuppressWarnings("NullAway.Init") // made before each test
  private Ingest ingest;

  @SuppressWarnings("NullAway.Init") // made before each test
  private LedgerFigures figures;

  @BeforeEach
  void watch() {
    ingest = scene.builder().pipeline(Scene.pipeline(Scene.troubled())).withoutWatch().build();
    figures = meters.watch(ingest, scene.faulting, () -> Map.copyOf(dead));
    scene.censuses.set(0);
  }

  @AfterEach
  void end() {
    scene.strike(new Fault.None());
    figures.close();
    ingest.close();
  }

  private double value(IngestMeter meter) {
    return registry.get(meter.dotted()).gauge().value();
  }

  private double value(State state) {
    return registry
        .get(IngestMeter.SEQUENCES.dotted())
        .tag(IngestMeter.Tags.STATE, IngestMeters.lower(state))
        .gauge()
        .value();
  }

  private double unread(FigureReader.Part part) {
    return registry
        .get(IngestMeter.FIGURES_UNREAD.dotted())
        .tag(IngestMeter.Tags.PART, IngestMeters.lower(part))
        .counter()
        .count();
  }

  private void scrape() {
    registry.getMeters().stream()
        .filter(Gauge.class::isInstance)
        .forEach(gauge -> ((Gauge) gauge).value());
  }

  private void later() {
    clock.add(LedgerFigures.FRESH);
  }

  /** A reading of so many may take longer than a scrape waits for it. */
  private void await(double expected, IngestMeter meter) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (Double.compare(value(meter), expected) != 0 && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    assertEquals(expected, value(meter), meter.dotted());
  }

  /** Waits for what a running engine does: each look reads anew. */
  private void awaitAnew(double expected, IngestMeter meter) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    do {
      later();
    } while (Double.compare(value(meter), expected) != 0 && System.nanoTime() - end < 0);
    assertEquals(expected, value(meter), meter.dotted());
  }

  @Test
  void gauges_areTheCensusOfTheLedger() throws IOException {
    Scene.submit(ingest, "good");
    Scene.submit(ingest, "bad");
    assertTrue(ingest.runUntilIdle());
    for (State state : State.values()) {
      assertEquals(
          (double) scene.ledger.ledger().census(Optional.empty()).count(state),
          value(state),
          state.name());
    }
    assertEquals(1, value(State.FAILED));
    assertEquals(0, value(IngestMeter.OVERDUE));
    assertEquals(0, value(IngestMeter.OLDEST_OPEN_AGE));
    assertEquals(0, value(IngestMeter.BLOCKED));
    assertEquals(1, value(IngestMeter.ALERTS_PENDING));
    assertEquals(0, value(IngestMeter.ALERTS_UNSENT));
    scene.jump(Duration.ofHours(3));
    later();
    assertEquals(3 * 3_600, value(IngestMeter.SCRUB_AGE), 60);
  }

  @Test
  void whatIsLate_isCounted() throws IOException {
    Scene.submit(ingest, "good-1");
    Entry entry = scene.entries().get(0);
    scene.jump(TimePolicy.DEFAULT.target().plusSeconds(60));
    // Another engine, since the first has heard the ledger's time just before it jumped.
    try (Ingest later =
        scene.builder().pipeline(Scene.pipeline(Scene.troubled())).withoutWatch().build()) {
      Scene.submit(later, "good-2");
    }
    assertEquals(1, value(IngestMeter.OVERDUE));
    assertEquals(0, value(IngestMeter.UNPROVEN_CUT_OFF));
    assertEquals(
        Duration.between(entry.receipt().acceptedAt(), scene.ledger.ledger().now()).toMillis()
            / 1_000.0,
        value(IngestMeter.OLDEST_OPEN_AGE),
        5);
  }

  @Test
  void whatIsLateBehindAThousandFailed_isCounted() throws IOException {
    for (int i = 0; i <= FigureReader.LOOKED_AT; i++) {
      Scene.submit(ingest, "bad-" + i);
    }
    assertTrue(ingest.runUntilIdle());
    await(1, IngestMeter.UNPROVEN_CUT_OFF);
    assertEquals(0, value(IngestMeter.OVERDUE), "nothing is in flight");
    assertEquals(0, value(IngestMeter.OLDEST_OPEN_AGE));
    assertTrue(ingest.drain(Duration.ofSeconds(30)), "nobody takes up what follows");
    scene.jump(Duration.ofMinutes(1));
    try (Ingest later =
        scene.builder().pipeline(Scene.pipeline(Scene.troubled())).withoutWatch().build()) {
      Scene.submit(later, "good");
    }
    scene.jump(TimePolicy.DEFAULT.target().plusSeconds(60));
    later();
    await(1, IngestMeter.OVERDUE);
    assertEquals(
        TimePolicy.DEFAULT.target().plusSeconds(60).toMillis() / 1_000.0,
        value(IngestMeter.OLDEST_OPEN_AGE),
        30);
    assertEquals(1, value(IngestMeter.UNPROVEN_CUT_OFF));
    assertEquals(0, value(IngestMeter.AT_RISK));
    assertEquals(0, unread(FigureReader.Part.LATENESS));
  }

  @Test
  void contentThatANodeTellsToBeOut_isShownSinceThen() {
    assertEquals(0, value(IngestMeter.CONTENT_OUT_AGE));
    Instant now = scene.ledger.ledger().now();
    String body =
        "ingest-record 1\nincarnation=%s\nstage=TOLD\nteller=0a0b0c0d\nsince=%d\nseen=0a0b0c0d:%d"
            .formatted(
                scene.ledger.incarnation().value(),
                now.minusSeconds(90).toEpochMilli(),
                now.toEpochMilli());
    ControlRecord.Key key = new ControlRecord.Key("outage", "content");
    assertTrue(scene.ledger.controls().write(new ControlRecord(key, 1, body)).isApplied());
    later();
    assertEquals(90, value(IngestMeter.CONTENT_OUT_AGE), 20);
  }

  @Test
  void aLedgerThatNobodyWatches_isShownAsSuchAlsoAfterAnOrderlyEnd() throws IOException {
    Scene.submit(ingest, "bad-1");
    assertTrue(ingest.runUntilIdle());
    assertEquals(2, value(IngestMeter.WATCHERS_MISSING), "nobody ever watched");
    assertEquals(0, value(IngestMeter.WATCHERS_SILENT));
    assertEquals(Double.NaN, value(IngestMeter.ALERTS_WAITING_AGE), "there is no digest yet");
    try (Ingest watching = scene.builder().withoutWork().build()) {
      watching.start();
      awaitAnew(0, IngestMeter.WATCHERS_MISSING);
    }
    later();
    assertEquals(2, value(IngestMeter.WATCHERS_MISSING), "all have ended in order");
    assertEquals(0, value(IngestMeter.WATCHERS_SILENT));
    assertEquals(0, value(IngestMeter.ALERTS_WAITING_AGE));
    Scene.submit(ingest, "bad-2");
    assertTrue(ingest.runUntilIdle());
    scene.jump(Duration.ofMinutes(7));
    later();
    assertEquals(1, value(IngestMeter.ALERTS_PENDING));
    assertEquals(7 * 60, value(IngestMeter.ALERTS_WAITING_AGE), 60);
    scene.ledger.alerts().seal();
    scene.jump(Duration.ofMinutes(5));
    later();
    assertEquals(0, value(IngestMeter.ALERTS_PENDING));
    assertEquals(5 * 60, value(IngestMeter.ALERTS_WAITING_AGE), 60, "in a digest, and not sent");
    for (String watcher : List.of("sentinel", "pump")) {
      assertEquals(
          12 * 60,
          registry
              .get(IngestMeter.WATCHER_BEAT_AGE.dotted())
              .tag(IngestMeter.Tags.WATCHER, watcher)
              .gauge()
              .value(),
          60,
          watcher);
    }
  }

  @Test
  void emptyDigestsThatNoSinkHasTaken_areCountedAndHoldNoAlertThatWaits() throws IOException {
    scene.ledger.alerts().seal();
    scene.jump(Duration.ofMinutes(10));
    scene.ledger.alerts().seal();
    scene.jump(Duration.ofMinutes(3));
    assertEquals(2, value(IngestMeter.ALERTS_UNSENT));
    assertEquals(0, value(IngestMeter.ALERTS_WAITING_AGE), "nothing was to be told");
    Scene.submit(ingest, "bad");
    assertTrue(ingest.runUntilIdle());
    later();
    assertEquals(1, value(IngestMeter.ALERTS_PENDING));
    assertEquals(3 * 60, value(IngestMeter.ALERTS_WAITING_AGE), 60, "since the last digest");
    scene.ledger.alerts().seal();
    scene.jump(Duration.ofMinutes(7));
    later();
    assertEquals(3, value(IngestMeter.ALERTS_UNSENT));
    assertEquals(7 * 60, value(IngestMeter.ALERTS_WAITING_AGE), 60, "since it is in a digest");
  }

  @Test
  void behindMoreEmptyDigestsThanAreLookedAt_anAlertMayWaitSinceTheLastOfThem() {
    for (int i = 1; i < AlertOutbox.MAX_UNSENT; i++) {
      scene.ledger.alerts().seal();
    }
    scene.jump(Duration.ofMinutes(10));
    scene.ledger.alerts().seal();
    scene.jump(Duration.ofMinutes(4));
    assertEquals(4 * 60, value(IngestMeter.ALERTS_WAITING_AGE), 60);
  }

  @Test
  void anAuditThatHasNotBeenMade_accountsForNothing() {
    assertEquals(Double.NaN, value(IngestMeter.UNACCOUNTED));
    assertEquals(Double.NaN, value(IngestMeter.AUDIT_AGE));
    assertEquals(0, unread(FigureReader.Part.AUDIT));
    ingest.audit(AuditOptions.DEFAULT, finding -> {});
    later();
    assertEquals(Double.NaN, value(IngestMeter.UNACCOUNTED), "one that people made is theirs");
  }

  @Test
  void scrapes_readTheLedgerOnceInTenSeconds() {
    for (int i = 0; i < 50; i++) {
      scrape();
    }
    assertEquals(1, scene.censuses.get());
    later();
    scrape();
    scrape();
    assertEquals(2, scene.censuses.get());
    clock.add(LedgerFigures.FRESH.minusMillis(1));
    scrape();
    assertEquals(2, scene.censuses.get());
  }

  @Test
  void aLedgerThatIsOut_isUnknownAndCounted() throws IOException {
    Scene.submit(ingest, "good");
    assertEquals(1, value(State.ACCEPTED));
    assertEquals(0, value(IngestMeter.FIGURES_AGE));
    scene.strike(new Fault.FailBefore());
    later();
    scrape();
    assertEquals(Double.NaN, value(State.ACCEPTED));
    assertEquals(Double.NaN, value(IngestMeter.OVERDUE));
    assertEquals(Double.NaN, value(IngestMeter.ALERTS_PENDING));
    for (FigureReader.Part part : FigureReader.Part.values()) {
      assertEquals(part == FigureReader.Part.TABLES ? 0 : 1, unread(part), part.name());
    }
    scene.strike(new Fault.None());
    later();
    assertEquals(1, value(State.ACCEPTED));
  }

  @Test
  void figuresOfWhichNoneCanBeRead_growOld() {
    scrape();
    scene.strike(new Fault.FailBefore());
    figures.close();
    figures =
        meters.watch(
            ingest,
            scene.faulting,
            () -> {
              throw new LedgerException("the tables cannot be read");
            });
    for (int i = 1; i <= 6; i++) {
      later();
      scrape();
      assertEquals(10 * i, value(IngestMeter.FIGURES_AGE));
      assertEquals(i, unread(FigureReader.Part.TABLES));
    }
    assertEquals(Double.NaN, value(State.ACCEPTED));
  }

  @Test
  void aLedgerThatHangs_holdsNoScrapeUpAndIsUnknown() throws Exception {
    scrape();
    assertEquals(0, value(State.ACCEPTED));
    CountDownLatch goOn = hang();
    later();
    long began = System.nanoTime();
    scrape();
    scrape();
    long took = System.nanoTime() - began;
    assertTrue(took < TimeUnit.SECONDS.toNanos(10), () -> took + " ns");
    assertEquals(0, value(State.ACCEPTED), "what was read ten seconds ago");
    clock.add(LedgerFigures.VALID.minus(LedgerFigures.FRESH).minusMillis(1));
    assertEquals(0, value(State.ACCEPTED));
    clock.add(Duration.ofMillis(1));
    assertEquals(Double.NaN, value(State.ACCEPTED));
    assertEquals(120, value(IngestMeter.FIGURES_AGE));
    scene.strike(new Fault.None());
    goOn.countDown();
  }

  /** Has the ledger answer nothing until what is returned is counted down. */
  private CountDownLatch hang() {
    CountDownLatch goOn = new CountDownLatch(1);
    scene.strike(
        new Fault.Delay(
            () -> {
              try {
                assertTrue(goOn.await(30, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            () -> {}));
    return goOn;
  }

  @Test
  void aReadingThatTakesLongerThanAScrapeWaits_isShownToTheNextScrape() throws IOException {
    scrape();
    for (int accepted = 0; accepted < 3; accepted++) {
      clock.add(Duration.ofSeconds(60));
      CountDownLatch goOn = hang();
      scrape();
      assertEquals(accepted, value(State.ACCEPTED), "what the reading before brought");
      scene.strike(new Fault.None());
      Scene.submit(ingest, "good-" + accepted);
      goOn.countDown();
      awaitReading();
    }
  }

  private void awaitReading() {
    long begun = System.nanoTime();
    while (value(IngestMeter.FIGURES_AGE) > 0) {
      assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(20), "it does not end");
      Thread.onSpinWait();
    }
  }

  @Test
  void tables_areShownAsTheyComeUpToABound() {
    scrape();
    assertEquals(7, table("work"));
    for (int i = 0; i < 100; i++) {
      dead.put("t" + i, 1L);
    }
    later();
    scrape();
    assertEquals(
        FigureReader.MAX_TABLES + 1,
        registry.find(IngestMeter.DEAD_TUPLES.dotted()).gauges().size());
    assertEquals(101 - FigureReader.MAX_TABLES, table(Bounded.OTHER));
  }

  private double table(String name) {
    return registry
        .get(IngestMeter.DEAD_TUPLES.dotted())
        .tag(IngestMeter.Tags.TABLE, name)
        .gauge()
        .value();
  }

  @Test
  void aSecondWatchOfOneRegistry_isRefusedWhileTheFirstLives() {
    assertThrows(IllegalStateException.class, () -> meters.watch(ingest, scene.faulting));
    IngestMeters others = new IngestMeters(registry);
    assertThrows(IllegalStateException.class, () -> others.watch(ingest, scene.faulting));
    scrape();
    assertEquals(7, table("work"), "the first reads on");
    figures.close();
    figures = others.watch(ingest, scene.faulting, () -> Map.of("work", 8L));
    scrape();
    assertEquals(8, table("work"));
  }

  @Test
  void figuresInARegistryOfAComposite_areNoticed() {
    CompositeMeterRegistry inner = new CompositeMeterRegistry(clock);
    CompositeMeterRegistry outer = new CompositeMeterRegistry(clock);
    inner.add(registry);
    outer.add(new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock)).add(inner);
    for (MeterRegistry composite : List.of(inner, outer)) {
      assertThrows(
          IllegalStateException.class,
          () -> new IngestMeters(composite).watch(ingest, scene.faulting));
      assertTrue(
          composite.getMeters().stream().noneMatch(Gauge.class::isInstance), "none was added");
    }
    figures.close();
    figures = new IngestMeters(outer).watch(ingest, scene.faulting, () -> Map.of("work", 8L));
    scrape();
    assertEquals(8, table("work"), "handed on");
    assertThrows(IllegalStateException.class, () -> meters.watch(ingest, scene.faulting));
  }

  @Test
  void close_takesTheGaugesAway() {
    scrape();
    figures.close();
    assertTrue(registry.getMeters().stream().noneMatch(Gauge.class::isInstance));
    figures.close();
  }
}
