package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Stage;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What happens between the end of a task and the outcome of its commit. */
final class LeasedDriverTest {

  private final Bench bench = new Bench();
  private final SteppedCommits commits = new SteppedCommits();
  private final CountedLedger ledger = new CountedLedger(bench.watchedLedger);

  @AfterEach
  void everyInvariant_holds() {
    bench.checkInvariants();
  }

  private Engine stepped() {
    bench.commits = commits;
    return bench.engine(ledger, bench.watchedContent, Bench.copying());
  }

  private Engine inline() {
    bench.commits = Seams.Commits.INLINE;
    return bench.engine(Bench.copying());
  }

  @Test
  void finishedTask_waitsForItsOutcomeWithoutAThreadAndUnderItsLease() {
    Engine engine = stepped();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    assertEquals(0, bench.tasks.size(), "no task runs or waits");
    assertEquals(1, engine.worker().inFlight());
    assertEquals(1, engine.leases().size());
    assertEquals(State.PROCESSING, bench.state(RIDE));
    bench.time.advance(Duration.ofSeconds(20));
    assertEquals(1, engine.leases().tick());
    bench.time.advance(Duration.ofSeconds(20));
    assertEquals(0, inline().worker().tick(), "nobody else can take it");

    commits.run();

    assertEquals(State.PROCESSED, bench.state(RIDE));
    assertEnded(engine);
  }

  @Test
  void eventsOfSeveralTasks_leaveInOneCommit() {
    Engine engine = stepped();
    for (int i = 0; i < 4; i++) {
      Bench.submit(engine, SequenceKey.of("alice", "ride-" + i), "a", "x");
    }
    ledger.commits.clear();
    engine.worker().tick();
    bench.runTasks();
    commits.run();
    assertEquals(List.of(4), ledger.commits.stream().map(List::size).toList());
    assertEnded(engine);
  }

  @Test
  void markSetMeanwhile_isReadByTheTasksAndTheWorkIsCommittedAnew() {
    Engine engine = stepped();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    Hold hold = new Hold("carol", "legal request", bench.time.instant());
    inline().committer().apply(bench.entry(RIDE), new Event.HoldPlaced(hold));
    int found = ledger.found.get();

    commits.run();

    assertEquals(found, ledger.found.get(), "the thread that commits reads nothing");
    assertEquals(1, bench.tasks.size());
    assertEquals(1, engine.worker().inFlight());
    bench.runTasks();
    commits.run();
    assertEquals(State.PROCESSED, bench.state(RIDE));
    assertEquals(Optional.of(hold), bench.entry(RIDE).standing().hold());
    assertEquals(1, bench.kinds(RIDE).stream().filter(k -> k == TransitionKind.STAGE_DONE).count());
    assertEnded(engine);
  }

  /** Who is not told would have its lease renewed for as long as the process lives. */
  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void whateverTheReadingForAMarkSetMeanwhileThrows_endsTheAttempt(Runnable bug) {
    Engine engine = stepped();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    Hold hold = new Hold("carol", "legal request", bench.time.instant());
    inline().committer().apply(bench.entry(RIDE), new Event.HoldPlaced(hold));
    ledger.onFind = bug;
    commits.run();
    bench.runTasks();
    assertEnded(engine);
    assertEquals(1, bench.caught.size());
    assertEquals(State.PROCESSING, bench.state(RIDE), "its lease runs out");
  }

  @Test
  void entryThatChangesWithEachAttempt_isGivenUpAfterABoundedNumber() {
    Engine engine = stepped();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    Engine other = inline();
    int rounds = 0;
    while (engine.worker().inFlight() > 0) {
      Hold hold = new Hold("carol", "change " + rounds, bench.time.instant());
      other.committer().apply(bench.entry(RIDE), new Event.HoldPlaced(hold));
      commits.run();
      bench.runTasks();
      rounds++;
      assertTrue(rounds <= 16, "still trying");
    }
    assertEquals(16, rounds);
    assertEnded(engine);
    assertEquals(State.PROCESSING, bench.state(RIDE), "its lease runs out");
  }

  @Test
  void commitAfterATakeover_isDroppedAndEndsTheAttempt() {
    Engine engine = stepped();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    bench.time.advance(Duration.ofSeconds(31));
    bench.run(inline());
    assertEquals(State.VERIFIED, bench.state(RIDE));
    Entry verified = bench.entry(RIDE);
    commits.run();
    assertEquals(verified, bench.entry(RIDE));
    assertEnded(engine);
  }

  @Test
  void taskThatThrows_endsItsAttemptOnce() {
    Engine engine = stepped();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    commits.run();
    engine.verifier().tick();
    bench.time.advance(Duration.ofSeconds(2));
    ledger.onRead =
        () -> {
          throw new IllegalStateException("a defect");
        };
    bench.runTasks();
    assertEquals(1, bench.caught.size(), "the verification could not even begin");
    assertEnded(engine);
    commits.run();
    assertEquals(0, engine.verifier().inFlight());
  }

  @Test
  void listener_isToldByTheTasks() {
    Engine engine = stepped();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    commits.run();
    assertEquals(List.of(), bench.told, "a slow listener would hold up every commit");
    bench.runTasks();
    engine.verifier().tick();
    bench.runTasks();
    commits.run();
    bench.runTasks();
    assertEquals(List.of(RIDE + " past copy", RIDE + " published"), bench.told);
  }

  @Test
  void sequenceThatFails_isTold() {
    Engine engine =
        bench.engine(
            Bench.pipeline(
                Stage.perItem(
                    "copy",
                    1,
                    (item, context) -> {
                      throw new PermanentStageException("bad");
                    })));
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(List.of(RIDE + " failed"), bench.told);
  }

  @Test
  void sequenceWhoseLastLeaseIsLost_isToldAsFailed() {
    Engine dead = inline();
    Bench.submit(dead, RIDE, "a", "x");
    for (int attempt = 0; attempt < bench.work.maxAttempts(); attempt++) {
      assertEquals(1, dead.worker().tick());
      bench.tasks.clear();
      bench.time.advance(Duration.ofSeconds(31));
    }
    Engine engine = inline();
    bench.run(engine);
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals(List.of(RIDE + " failed"), bench.told);
    assertEnded(engine);
  }

  @Test
  void newsOfOneSequence_isToldInItsOrder() {
    Engine engine = stepped();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    commits.run();
    Runnable slow = bench.tasks.remove();
    engine.verifier().tick();
    bench.runTasks();
    commits.run();
    bench.runTasks();
    slow.run();
    assertEquals(List.of(RIDE + " past copy", RIDE + " published"), bench.told);
  }

  @Test
  void listenerThatDoesNotKeepUp_slowsTheClaimsDown() {
    Engine engine = stepped();
    for (int i = 0; i < 5; i++) {
      Bench.submit(engine, SequenceKey.of("alice", "ride-" + i), "a", "x");
    }
    assertEquals(4, engine.worker().tick());
    bench.runTasks();
    commits.run();
    assertEquals(0, engine.leases().size(), "the leases are free");
    assertEquals(4, engine.worker().inFlight());
    assertEquals(0, engine.worker().tick());
    assertEquals(1, bench.tasks.size(), "one task tells it all");
    bench.runTasks();
    assertEquals(4, bench.told.size());
    assertEquals(1, engine.worker().tick());
  }

  @Test
  void newsThatNoThreadTakes_isNotToldByTheOneThatCommits() {
    boolean[] full = {false};
    bench.executor =
        task -> {
          if (full[0]) {
            throw new RejectedExecutionException("no thread");
          }
          bench.tasks.add(task);
        };
    Engine engine = stepped();
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    full[0] = true;
    commits.run();
    assertEquals(List.of(), bench.told);
    full[0] = false;
    engine.worker().tick();
    bench.runTasks();
    assertEquals(List.of(RIDE + " past copy"), bench.told);
    assertEnded(engine);
  }

  @Test
  void progress_isToldOncePerTaskWhenTheListenerHasHeardOfIt() {
    Engine engine = stepped();
    List<Integer> inFlight = new ArrayList<>();
    engine.onProgress(() -> inFlight.add(engine.inFlight()));
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    commits.run();
    assertEquals(List.of(), inFlight);
    bench.runTasks();
    assertEquals(List.of(0), inFlight);
  }

  @Test
  void shutdown_handsEverythingBackInOneCall() {
    Engine engine = inlineOnCounted();
    for (int i = 0; i < 4; i++) {
      Bench.submit(engine, SequenceKey.of("alice", "ride-" + i), "a", "x");
    }
    engine.worker().tick();
    engine.leases().cancelAll();
    bench.runTasks();
    assertEquals(0, engine.inFlight());
    assertEquals(4, engine.leases().handBack());
    assertEquals(List.of(4), ledger.handBacks.stream().map(List::size).toList());
    assertEquals(0, engine.leases().size());
    assertEquals(0, bench.entry(SequenceKey.of("alice", "ride-3")).run().attempts());
    assertEquals(0, engine.leases().handBack(), "and nothing twice");
  }

  @Test
  void interruptOfAShutdown_cutsNoCommitShortAndStaysWithTheThread() {
    boolean[] isStopping = {false};
    HookedContent content =
        new HookedContent(
            bench.watchedContent,
            () -> {},
            () -> {
              if (isStopping[0]) {
                Thread.currentThread().interrupt();
              }
            });
    Engine engine = bench.engine(ledger, content, Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    isStopping[0] = true;
    List<Boolean> interrupted = new ArrayList<>();
    ledger.onCommit =
        transitions -> {
          interrupted.add(Thread.currentThread().isInterrupted());
          return ledger.commitBelow(transitions);
        };
    engine.worker().tick();
    bench.runTasks();
    assertTrue(Thread.interrupted(), "the thread is told to end all the same");
    assertEquals(List.of(false), interrupted);
    assertEquals(State.PROCESSED, bench.state(RIDE));
    assertEnded(engine);
  }

  @Test
  void claimsThatNoThreadTakes_goBackInOneCall() {
    bench.executor =
        task -> {
          throw new RejectedExecutionException("stopped");
        };
    Engine engine = inlineOnCounted();
    for (int i = 0; i < 3; i++) {
      Bench.submit(engine, SequenceKey.of("alice", "ride-" + i), "a", "x");
    }
    assertEquals(3, engine.worker().tick());
    assertEquals(List.of(3), ledger.handBacks.stream().map(List::size).toList());
    assertEnded(engine);
    assertEquals(State.ACCEPTED, bench.state(SequenceKey.of("alice", "ride-0")));
  }

  @Test
  void driver_isRoomyWhileHalfOfItsRoomIsFree() {
    Engine engine = inlineOnCounted();
    for (int i = 0; i < 3; i++) {
      assertTrue(engine.worker().isRoomy());
      Bench.submit(engine, SequenceKey.of("alice", "ride-" + i), "a", "x");
      engine.worker().tick();
    }
    assertFalse(engine.worker().isRoomy(), "three of four are at work");
    assertEquals(List.of(4, 3, 2), ledger.claimLimits, "a claim asks for all the room there is");
  }

  @Test
  void straightRun_asksTheLedgerForItsTimeOnce() {
    Engine engine = inlineOnCounted();
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(1, ledger.timesAsked.get(), "at the acceptance; claims bring it afterwards");
    assertEquals(3, ledger.commits.size());
  }

  private Engine inlineOnCounted() {
    return bench.engine(ledger, bench.watchedContent, Bench.copying());
  }

  private void assertEnded(Engine engine) {
    bench.runTasks();
    assertEquals(0, engine.inFlight());
    assertEquals(0, engine.leases().size());
  }
}
