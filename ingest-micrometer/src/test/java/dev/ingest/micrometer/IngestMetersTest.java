package dev.ingest.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineMeter;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.WorkEnd;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.PipelineRef;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is counted is what the ledger has. */
@Timeout(60)
final class IngestMetersTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final IngestMeters meters = new IngestMeters(registry);
  private final Scene scene = new Scene();

  private double count(IngestMeter meter, String... tags) {
    return registry.find(meter.dotted()).tags(tags).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private double ended(String outcome) {
    return count(IngestMeter.WORK_ENDED, IngestMeter.Tags.OUTCOME, outcome);
  }

  private void assertEqualToHistory() {
    for (TransitionKind kind : TransitionKind.values()) {
      assertEquals(
          scene.history().getOrDefault(kind, 0L).doubleValue(),
          count(IngestMeter.TRANSITIONS, IngestMeter.Tags.TRANSITION, IngestMeters.lower(kind)),
          kind.name());
    }
  }

  @Test
  void counts_areThoseOfTheLedger() throws IOException {
    try (Ingest ingest =
        scene
            .builder()
            .pipeline(Scene.pipeline(Scene.troubled()))
            .meter(meters)
            .withoutWatch()
            .build()) {
      for (int i = 0; i < 20; i++) {
        Scene.submit(ingest, "good-" + i);
      }
      for (int i = 0; i < 3; i++) {
        Scene.submit(ingest, "bad-" + i);
        Scene.submit(ingest, "flaky-" + i);
      }
      assertTrue(ingest.runUntilIdle());
    }
    assertEqualToHistory();
    assertEquals(26, count(IngestMeter.ACCEPTED, IngestMeter.Tags.PIPELINE, "photos"));
    assertEquals(
        scene.entries().stream().mapToDouble(entry -> entry.receipt().manifest().bytes()).sum(),
        count(IngestMeter.ACCEPTED_BYTES));
    assertEquals(23, count(IngestMeter.PUBLISHED, IngestMeter.Tags.RUN, "primary"));
    assertEquals(23, count(IngestMeter.VERIFIED));
    assertEquals(0, count(IngestMeter.VERIFIED_LATE));
    assertEquals(3, count(IngestMeter.FAILED));
    assertEquals(3, ended("retried"));
    assertEquals(3, ended("failed"));
    assertEquals(23, ended("done"));
    assertEquals(23, ended("published"));
    Timer took = registry.get(IngestMeter.TIME_TO_VERIFIED.dotted()).timer();
    assertEquals(23, took.count());
    DistributionSummary left = registry.get(IngestMeter.DEADLINE_LEFT.dotted()).summary();
    Entry any = scene.entries().get(0);
    double allowed =
        Duration.between(any.receipt().acceptedAt(), any.receipt().deadline()).toSeconds();
    assertEquals(allowed, left.max(), 60);
    assertEquals(
        scene.history().values().stream().mapToDouble(Long::doubleValue).sum(),
        registry.get(IngestMeter.COMMIT_TRANSITIONS.dotted()).summary().totalAmount());
    assertEquals(
        registry.get(IngestMeter.COMMIT_TRANSITIONS.dotted()).summary().count(),
        registry.get(IngestMeter.COMMIT.dotted()).tag("answered", "true").timer().count());
  }

  @Test
  void aNodeThatStandsStill_hasLostItsLeaseAndItsCommitIsStale() throws Exception {
    // It does not verify: its verifier would claim what the other one has finished, and notice.
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicBoolean isFirst = new AtomicBoolean(true);
    Stage stage =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              if (isFirst.getAndSet(false)) {
                begun.countDown();
                assertTrue(goOn.await(30, TimeUnit.SECONDS));
              }
              context.emit(item.name(), item.open());
            });
    try (Ingest still =
            scene
                .builder()
                .work(Scene.lone())
                .pipeline(Pipeline.named("photos").stage(stage).verifiedElsewhere().build())
                .meter(meters)
                .withoutWatch()
                .build();
        Ingest other =
            scene
                .builder()
                .work(Scene.lone())
                .pipeline(Scene.pipeline(stage))
                .meter(meters)
                .withoutWatch()
                .build()) {
      Scene.submit(still, "ride-1");
      still.start();
      assertTrue(begun.await(30, TimeUnit.SECONDS));
      scene.jump(Scene.LONG_LEASE.plusSeconds(1));
      assertTrue(other.runUntilIdle());
      goOn.countDown();
      assertTrue(still.drain(Duration.ofSeconds(20)));
    }
    assertEqualToHistory();
    assertEquals(1, ended("lease_lost"));
    assertEquals(1, ended("stale"));
    assertEquals(1, ended("published"));
    assertEquals(State.VERIFIED, scene.entries().get(0).state());
  }

  /** What a real engine tells. */
  private static final class Told implements EngineMeter {
    private final List<Transition> transitions = new CopyOnWriteArrayList<>();
    private final List<WorkEnd> ends = new CopyOnWriteArrayList<>();

    @Override
    public void committed(Transition transition) {
      transitions.add(transition);
    }

    @Override
    public void workEnded(WorkEnd end) {
      ends.add(end);
    }
  }

  private static Run in(String pipeline, Run run) {
    return new Run(
        run.epoch(),
        run.kind(),
        new PipelineRef(pipeline, run.pipeline().plan()),
        run.stage(),
        run.attempts(),
        run.output(),
        run.backfill());
  }

  private static Transition in(String pipeline, Transition told) {
    return new Transition(
        told.guard(),
        told.after().withRun(in(pipeline, told.after().run())),
        told.lease(),
        told.row(),
        told.alerts(),
        told.notice());
  }

  @Test
  void whatComesFromOutside_makesNoSeriesWithoutEnd() throws IOException {
    Told told = new Told();
    try (Ingest ingest =
        scene
            .builder()
            .pipeline(Scene.pipeline(Scene.troubled()))
            .meter(told)
            .withoutWatch()
            .build()) {
      Scene.submit(ingest, "good");
      Scene.submit(ingest, "bad");
      assertTrue(ingest.runUntilIdle());
    }
    for (int i = 0; i < 2_000; i++) {
      String name = "p" + i;
      String code = "code-" + i;
      told.ends.forEach(
          end ->
              Arrays.stream(WorkEnd.Outcome.values())
                  .map(what -> new WorkEnd(end.entry(), in(name, end.run()), code, what))
                  .forEach(meters::workEnded));
      told.transitions.forEach(transition -> meters.committed(in(name, transition)));
      meters.driverFailed(name);
    }
    meters.batchAnswered(1, Duration.ZERO, true);
    meters.batchAnswered(1, Duration.ZERO, false);
    // This registry shows each bucket as a gauge.
    long all =
        registry.getMeters().stream()
            .filter(meter -> !meter.getId().getName().endsWith(".histogram"))
            .count();
    assertTrue(
        all > IngestMeters.MAX_WORK && all <= IngestMeters.MAX_METERS, () -> all + " meters");
    assertEquals(
        IngestMeters.MAX_PIPELINES + 1,
        values(IngestMeter.ACCEPTED, IngestMeter.Tags.PIPELINE).size());
    assertTrue(values(IngestMeter.WORK_ENDED, IngestMeter.Tags.CODE).contains(Bounded.OTHER));
    assertEquals(4_000, count(IngestMeter.ACCEPTED));
    assertEquals(
        4_000 - 2 * IngestMeters.MAX_PIPELINES,
        count(IngestMeter.ACCEPTED, IngestMeter.Tags.PIPELINE, Bounded.OTHER));
    assertEquals(2_000.0 * told.ends.size(), ended("done"));
  }

  private Set<String> values(IngestMeter meter, String tag) {
    return registry.find(meter.dotted()).meters().stream()
        .map(Meter::getId)
        .map(id -> String.valueOf(id.getTag(tag)))
        .collect(Collectors.toSet());
  }
}
