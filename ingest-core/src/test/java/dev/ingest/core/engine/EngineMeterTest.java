package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.core.EngineMeter;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.WorkEnd;
import dev.ingest.core.WorkEnd.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A meter counts what the ledger has, once, whatever goes wrong. */
final class EngineMeterTest {

  private final Bench bench = new Bench();
  private final Map<TransitionKind, Integer> committed = new TreeMap<>();
  private final List<WorkEnd> ends = new ArrayList<>();
  private final List<String> batches = new ArrayList<>();
  private final List<SequenceKey> keys = new ArrayList<>();

  EngineMeterTest() {
    bench.meter =
        new EngineMeter() {
          @Override
          public void committed(Transition transition) {
            committed.merge(transition.row().step().kind(), 1, Integer::sum);
          }

          @Override
          public void batchAnswered(int transitions, Duration took, boolean isAnswered) {
            assertFalse(took.isNegative());
            batches.add(transitions + (isAnswered ? "" : " unanswered"));
          }

          @Override
          public void workEnded(WorkEnd end) {
            ends.add(end);
          }
        };
  }

  @AfterEach
  void check() {
    bench.checkInvariants();
  }

  /** Fails for good at once, or after all attempts, as the sequence's name says. */
  private static Pipeline troubled() {
    return Bench.pipeline(
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              String id = context.sequence().id().value();
              if (id.startsWith("bad")) {
                throw new PermanentStageException("bad");
              }
              if (id.startsWith("flaky")) {
                throw new IllegalStateException("flaky");
              }
              context.emit(item.name(), item.open());
            }));
  }

  private void submit(Engine engine, String... ids) {
    for (String id : ids) {
      SequenceKey key = SequenceKey.of("alice", id);
      keys.add(key);
      Bench.submit(engine, key, "a", "x");
    }
  }

  private Map<TransitionKind, Integer> history() {
    Map<TransitionKind, Integer> counts = new TreeMap<>();
    keys.forEach(key -> bench.kinds(key).forEach(kind -> counts.merge(kind, 1, Integer::sum)));
    return counts;
  }

  private void work(Engine engine) {
    for (int i = 0; i < 10; i++) {
      bench.run(engine);
      bench.time.advance(Duration.ofMinutes(2));
    }
  }

  private long count(Outcome outcome) {
    return ends.stream().filter(end -> end.outcome() == outcome).count();
  }

  @Test
  void transitions_areCountedAsTheHistoryHasThem() {
    Engine engine = bench.engine(troubled());
    submit(engine, "good-1", "good-2", "bad-1", "flaky-1");
    work(engine);
    assertEquals(history(), committed);
    assertEquals(2, committed.get(TransitionKind.FAILED));
    assertEquals(2, committed.get(TransitionKind.VERIFIED));
  }

  @Test
  void repliesThatGetLost_countOnce() {
    AtomicInteger calls = new AtomicInteger();
    FaultingLedger ledger =
        new FaultingLedger(
            bench.watchedLedger,
            call ->
                call.method().equals("commit") && calls.getAndIncrement() % 2 == 0
                    ? new Fault.ReplyLost()
                    : new Fault.None());
    Engine engine = bench.engine(ledger, bench.watchedContent, troubled());
    submit(engine, "good-1", "bad-1", "flaky-1");
    work(engine);
    assertEquals(history(), committed);
    assertEquals(
        batches.size() / 2, batches.stream().filter(b -> b.endsWith("unanswered")).count());
  }

  @Test
  void attempts_endAsTheRatesSay() {
    Engine engine = bench.engine(troubled());
    submit(engine, "good-1", "good-2", "bad-1", "flaky-1");
    work(engine);
    assertEquals(2, count(Outcome.DONE));
    assertEquals(2, count(Outcome.RETRIED));
    assertEquals(2, count(Outcome.FAILED));
    assertEquals(2, count(Outcome.PUBLISHED));
    assertEquals(8, ends.size());
    WorkEnd published =
        ends.stream().filter(end -> end.outcome() == Outcome.PUBLISHED).findFirst().orElseThrow();
    assertEquals(State.VERIFIED, published.entry().state());
    assertEquals(RunKind.PRIMARY, published.run().kind());
    assertEquals("v1", published.codeVersion());
    assertTrue(published.work().stage().isEmpty());
    assertEquals("test", published.work().pipeline());
  }

  @Test
  void aLeaseThatIsTakenOver_isLostAndTheLateCommitStale() {
    Engine other = bench.engine(Bench.copying());
    AtomicInteger attempts = new AtomicInteger();
    Stage stage =
        Stage.perItem(
            "copy",
            1,
            (item, context) -> {
              if (attempts.getAndIncrement() == 0) {
                bench.ledgerAhead = Duration.ofSeconds(31);
                assertEquals(1, other.worker().tick());
                bench.runTasks();
              }
              context.emit(item.name(), item.open());
            });
    Engine engine = bench.engine(Bench.pipeline(stage));
    submit(engine, "ride-1");
    bench.run(engine);
    bench.run(other);
    assertEquals(
        List.of(Outcome.LEASE_LOST, Outcome.DONE, Outcome.STALE, Outcome.PUBLISHED),
        ends.stream().map(WorkEnd::outcome).toList());
    assertEquals(1, committed.get(TransitionKind.LEASE_LOST));
    assertEquals(history(), committed);
  }

  @Test
  void aBatch_isToldWithItsSize() {
    Engine engine = bench.engine(Bench.copying());
    submit(engine, "ride-1", "ride-2");
    bench.run(engine);
    assertEquals(
        committed.values().stream().mapToInt(Integer::intValue).sum(),
        batches.stream().mapToInt(Integer::parseInt).sum());
  }

  /** How often the time is read while a sequence passes through. */
  private long readings(EngineMeter meter) {
    Bench fresh = new Bench();
    AtomicInteger readings = new AtomicInteger();
    Node node = fresh.node(fresh.watchedLedger, fresh.watchedContent, Bench.copying());
    Seams seams = node.seams();
    Seams counted =
        new Seams(
            seams.clock(),
            seams.randomBits(),
            seams.tasks(),
            seams.pause(),
            seams.beside(),
            seams.commits(),
            () -> {
              readings.incrementAndGet();
              return seams.elapsed().getAsLong();
            });
    Engine engine =
        new Engine(
            Bench.with(node, counted),
            fresh.watchedContent,
            Duration.ofHours(1),
            new Supervisor(EngineListener.NONE, meter));
    Bench.submit(engine, SequenceKey.of("alice", "ride-1"), "a", "x");
    fresh.run(engine);
    fresh.checkInvariants();
    return readings.get();
  }

  @Test
  void withoutAMeter_nothingIsMeasured() {
    long without = readings(EngineMeter.NONE);
    long with = readings(bench.meter);
    assertEquals(3, batches.size());
    assertEquals(without + 2L * batches.size(), with);
  }

  @Test
  void aMeterThatThrows_isReportedAndChangesNothing() {
    EngineMeter broken =
        new EngineMeter() {
          @Override
          public void committed(Transition transition) {
            throw new IllegalStateException("counts nothing");
          }

          @Override
          public void batchAnswered(int transitions, Duration took, boolean isAnswered) {
            throw new IllegalStateException("measures nothing");
          }

          @Override
          public void workEnded(WorkEnd end) {
            throw new IllegalStateException("sees no end");
          }

          @Override
          public void driverFailed(String driver) {
            throw new IllegalStateException("not even this");
          }
        };
    bench.meter = broken;
    Engine engine = bench.engine(Bench.copying());
    submit(engine, "ride-1");
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(keys.get(0)));
    List<String> messages = bench.caught.stream().map(Throwable::getMessage).distinct().toList();
    assertEquals(List.of("measures nothing", "counts nothing", "sees no end"), messages);
  }
}
