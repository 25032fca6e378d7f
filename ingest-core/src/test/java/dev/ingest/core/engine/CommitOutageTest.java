package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of finished work while the ledger does not take it. */
final class CommitOutageTest {

  private static final List<TransitionKind> STRAIGHT =
      List.of(TransitionKind.ACCEPTED, TransitionKind.STAGE_DONE, TransitionKind.VERIFIED);
  private static final Duration RENEWAL = Duration.ofMillis(7_500);

  private final Bench bench = new Bench();
  private final SteppedCommits commits = new SteppedCommits();
  private final CountedLedger ledger = new CountedLedger(bench.watchedLedger);
  private int stageRuns;
  private Instant nextRenewal = Bench.START.plus(RENEWAL);

  @AfterEach
  void everyInvariant_holds() {
    bench.checkInvariants();
  }

  @ParameterizedTest
  @CsvSource({"5, false", "5, true", "45, false", "45, true", "120, true"})
  void outageAtTheCommit_costsNoFinishedWork(int seconds, boolean whole) {
    Engine engine = engine();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();

    breakDown(Duration.ofSeconds(seconds), whole);
    pass(engine, Duration.ofSeconds(seconds + 3));

    assertEquals(STRAIGHT, bench.kinds(RIDE));
    assertEquals(1, stageRuns);
    assertEquals(
        2, bench.entry(RIDE).position().fence(), "a claim each for stage and verification");
    assertEnded(engine);
    assertTrue(ledger.commits.size() <= seconds + 20, () -> ledger.commits.size() + " commits");
  }

  @Test
  void outageInWhichWorkIsFinished_costsItNot() {
    Engine engine = engine();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    breakDown(Duration.ofSeconds(12), true);
    bench.time.advance(Duration.ofSeconds(2));
    bench.runTasks();
    pass(engine, Duration.ofSeconds(13));
    assertEquals(STRAIGHT, bench.kinds(RIDE));
    assertEquals(1, stageRuns);
    assertEnded(engine);
  }

  @Test
  void leaseThatEndsInTheOutage_dropsTheWorkOnce() {
    Engine engine = engine();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    breakDown(Duration.ofSeconds(45), true);
    pass(engine, Duration.ofSeconds(35));
    assertEquals(1, engine.inFlight(), "it may still hold");
    bench.commits = Seams.Commits.INLINE;
    bench.run(bench.engine(counting()));
    assertEquals(State.VERIFIED, bench.state(RIDE));
    ledger.commits.clear();

    pass(engine, Duration.ofSeconds(20));

    assertEnded(engine);
    assertEquals(2, stageRuns);
    assertEquals(1, count(TransitionKind.LEASE_LOST));
    assertEquals(1, count(TransitionKind.STAGE_DONE));
    long answered =
        ledger.commits.stream().filter(batch -> batch.get(0).key().equals(RIDE)).count();
    assertTrue(answered <= 11, () -> answered + " commits in 10 s of outage and one after it");
  }

  @Test
  void workThatTheLedgerNeverTakes_isGivenUpAndFailsWhileOthersGoOn() {
    SequenceKey other = SequenceKey.of("bob", "walk");
    Engine engine = engine();
    Bench.submit(engine, RIDE, "a", "x");
    ledger.onCommit =
        transitions -> {
          if (transitions.stream().anyMatch(CommitOutageTest::isRefused)) {
            throw new LedgerException("a value cannot be stored");
          }
          return ledger.commitBelow(transitions);
        };
    pass(engine, Duration.ofSeconds(3));
    assertEquals(1, engine.worker().inFlight());
    Bench.submit(engine, other, "a", "x");
    pass(engine, Duration.ofSeconds(3));
    assertEquals(State.VERIFIED, bench.state(other));

    pass(engine, Duration.ofMinutes(15));

    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals(3, stageRuns - 1, "as many as it has attempts");
    assertEnded(engine);
  }

  @Test
  void nodeThatEndsInAnOutage_triesOnceMoreAndLeavesTheLeaseToRunOut() {
    Engine engine = engine();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    breakDown(Duration.ofHours(1), true);
    pass(engine, Duration.ofSeconds(3));
    ledger.commits.clear();
    commits.meanwhile = commits::run;
    engine.endCommits(Duration.ofSeconds(1));
    assertEquals(1, ledger.commits.size());
    assertEnded(engine);
    assertEquals(State.PROCESSING, bench.state(RIDE));
  }

  private static boolean isRefused(Transition transition) {
    return transition.key().equals(RIDE)
        && transition.row().step().kind() == TransitionKind.STAGE_DONE;
  }

  private Engine engine() {
    bench.commits = commits;
    return bench.engine(ledger, bench.watchedContent, counting());
  }

  private Pipeline counting() {
    return Bench.pipeline(
        Stage.perItem(
            "counting",
            1,
            (item, context) -> {
              stageRuns++;
              context.emit(item.name(), item.open());
            }));
  }

  /** From now on the ledger takes no commit, or answers nothing at all, for a time. */
  private void breakDown(Duration time, boolean whole) {
    Instant end = bench.time.instant().plus(time);
    Runnable failing =
        () -> {
          if (bench.time.instant().isBefore(end)) {
            throw new LedgerException("connection refused");
          }
        };
    ledger.onCommit =
        transitions -> {
          failing.run();
          return ledger.commitBelow(transitions);
        };
    if (whole) {
      ledger.onRead = failing;
      ledger.onRenew = failing;
    }
  }

  /** Lets time pass: drivers look before each commit that is due. */
  private void pass(Engine engine, Duration time) {
    Instant end = bench.time.instant().plus(time);
    while (bench.time.instant().isBefore(end)) {
      SteppedCommits.Later later = commits.laters.poll();
      bench.time.advance(later == null ? Duration.ofMillis(500) : later.delay());
      engine.supervisor().supervise("worker", engine.worker()::tick);
      engine.supervisor().supervise("verifier", engine.verifier()::tick);
      bench.runTasks();
      if (!bench.time.instant().isBefore(nextRenewal)) {
        nextRenewal = bench.time.instant().plus(RENEWAL);
        engine.supervisor().supervise("lease renewal", engine.leases()::tick);
      }
      if (later != null) {
        later.drain().run();
      }
      commits.run();
      bench.runTasks();
    }
  }

  private long count(TransitionKind kind) {
    return bench.kinds(RIDE).stream().filter(kind::equals).count();
  }

  private static void assertEnded(Engine engine) {
    assertEquals(0, engine.inFlight());
    assertEquals(0, engine.leases().size());
  }
}
