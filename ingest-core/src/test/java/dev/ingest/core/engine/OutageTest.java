package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Stage;
import dev.ingest.core.Upload;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import dev.ingest.testkit.fault.FaultingLedger;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stores that fail for a while, and what the sweep may take for a second copy. */
final class OutageTest {

  private final Bench bench = new Bench();

  @AfterEach
  void everyInvariant_holds() {
    bench.checkInvariants();
  }

  /** A sequence that waits for its verification, by an engine that may be unable to open bytes. */
  private Engine processed(BooleanSupplier failsToOpen) {
    FaultingContent content =
        new FaultingContent(
            bench.watchedContent.access("node-0"),
            call ->
                call.method().equals("open") && failsToOpen.getAsBoolean()
                    ? new Fault.FailBefore()
                    : new Fault.None());
    Engine engine = bench.engine(bench.watchedLedger, content, Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    return engine;
  }

  @Test
  void storeThatCannotBeRead_neverFailsASequence() {
    boolean[] down = {false};
    Engine engine = processed(() -> down[0]);
    down[0] = true;
    for (int i = 0; i < 20; i++) {
      bench.run(engine);
      bench.time.advance(Duration.ofMinutes(2));
    }
    assertEquals(State.PROCESSED, bench.state(RIDE));
    assertEquals(20, count(TransitionKind.VERIFICATION_UNKNOWN));
    assertTrue(bench.entry(RIDE).run().attempts() <= 1, "an outage costs the sequence no attempt");
    down[0] = false;
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  /** An engine over a store of which every call fails as long as it is said to. */
  private Engine overContentThatIs(BooleanSupplier down, Stage stage) {
    FaultingContent content =
        new FaultingContent(
            bench.watchedContent.access("node-0"),
            call -> down.getAsBoolean() ? new Fault.FailBefore() : new Fault.None());
    return bench.engine(bench.watchedLedger, content, Bench.pipeline(stage));
  }

  private int workerTick(Engine engine) {
    int claimed = engine.supervisor().supervise("worker", engine.worker()::tick);
    bench.runTasks();
    return claimed;
  }

  @Test
  void contentThatDoesNotAnswerForLong_costsAStageOneAttempt() {
    boolean[] down = {false};
    Engine engine = overContentThatIs(() -> down[0], Stage.copy());
    Bench.submit(engine, RIDE, "a", "x");
    down[0] = true;
    for (int i = 0; i < 20; i++) {
      workerTick(engine);
      bench.time.advance(Duration.ofMinutes(1));
    }
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    assertEquals(1, bench.entry(RIDE).run().attempts(), "the one that found out");
    assertEquals(19, bench.caught.size(), "each look in vain is told, and no beat");
    assertTrue(
        String.valueOf(bench.caught.get(0).getMessage())
            .contains("until the content store answers"),
        () -> String.valueOf(bench.caught.get(0)));
    down[0] = false;
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void contentThatAnswersNoneOfManyNodes_costsAStageOneAttempt() {
    boolean[] down = {false};
    List<Engine> nodes =
        IntStream.rangeClosed(0, bench.work.maxAttempts())
            .mapToObj(i -> overContentThatIs(() -> down[0], Stage.copy()))
            .toList();
    Bench.submit(nodes.get(0), RIDE, "a", "x");
    down[0] = true;
    for (int i = 0; i < 3; i++) {
      for (Engine node : nodes) {
        workerTick(node);
        assertEquals(0, node.leases().size(), "what is given back is held no more");
        bench.time.advance(Duration.ofMinutes(1));
      }
    }
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    assertEquals(1, bench.entry(RIDE).run().attempts(), "the one that found out");
    down[0] = false;
    bench.run(nodes.get(1));
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void leaseThatWasLostDuringAnOutage_isRecordedAllTheSame() {
    boolean[] down = {false};
    Engine dead = overContentThatIs(() -> down[0], Stage.copy());
    Bench.submit(dead, RIDE, "a", "x");
    dead.worker().tick();
    bench.time.advance(bench.work.lease().multipliedBy(2));
    down[0] = true;
    Engine other = overContentThatIs(() -> down[0], Stage.copy());
    other.worker().tick();
    bench.runTasks();
    assertEquals(1, count(TransitionKind.LEASE_LOST));
    bench.time.advance(Duration.ofMinutes(1));
    workerTick(overContentThatIs(() -> down[0], Stage.copy()));
    assertEquals(2, bench.entry(RIDE).run().attempts(), "the lost one, and the one that found out");
  }

  @Test
  void stageThatFailsOverContentThatAnswers_spendsItsAttempts() {
    Stage stage =
        Stage.perItem(
            "failing",
            1,
            (item, context) -> {
              throw new IOException("the other system is out");
            });
    Engine engine = overContentThatIs(() -> false, stage);
    Bench.submit(engine, RIDE, "a", "x");
    for (int i = 0; i < bench.work.maxAttempts(); i++) {
      assertEquals(1, workerTick(engine));
      bench.time.advance(Duration.ofMinutes(1));
    }
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals(List.of(), bench.caught);
  }

  @Test
  void itemThatCannotBeRead_isNotProvenByItsManifest() {
    AtomicInteger opened = new AtomicInteger(Integer.MIN_VALUE);
    Engine engine = processed(() -> opened.incrementAndGet() == 2);
    opened.set(0);
    bench.run(engine);
    assertEquals(State.PROCESSED, bench.state(RIDE));
    assertEquals(1, count(TransitionKind.VERIFICATION_UNKNOWN));
    bench.time.advance(Duration.ofMinutes(2));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void ledgerThatDoesNotAnswerForAMoment_costsNoFinishedWork() {
    AtomicInteger failures = new AtomicInteger();
    FaultingLedger ledger =
        failing(call -> call.method().equals("now") && failures.getAndDecrement() > 0);
    Engine engine = bench.engine(ledger, bench.watchedContent, Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.time.advance(Duration.ofSeconds(2));
    failures.set(3);
    bench.run(engine);
    assertTrue(failures.get() < 0, "the ledger was asked until it answered");
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(
        List.of(TransitionKind.ACCEPTED, TransitionKind.STAGE_DONE, TransitionKind.VERIFIED),
        bench.kinds(RIDE));
  }

  @Test
  void acceptanceWhoseReplyIsLost_givesItsReceipt() {
    AtomicInteger losses = new AtomicInteger(2);
    FaultingLedger ledger =
        new FaultingLedger(
            bench.watchedLedger,
            call ->
                call.method().equals("commit") && losses.getAndDecrement() > 0
                    ? new Fault.ReplyLost()
                    : new Fault.None());
    Receipt receipt =
        Bench.submit(bench.engine(ledger, bench.watchedContent, Bench.copying()), RIDE, "a", "x");
    assertEquals(receipt, bench.entry(RIDE).receipt());
    assertEquals(1, count(TransitionKind.ACCEPTED));
  }

  @Test
  void handedBackAttempt_leavesAMarkForTheSweep() {
    Engine stopping = bench.engine(Bench.copying());
    Bench.submit(stopping, RIDE, "a", "x");
    stopping.worker().tick();
    stopping.leases().cancelAll();
    bench.runTasks();
    stopping.leases().handBack();
    bench.run(bench.engine(Bench.copying()));
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertTrue(bench.entry(RIDE).standing().leftovers());
  }

  @Test
  void straightRun_leavesNoMark() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertFalse(bench.entry(RIDE).standing().leftovers());
  }

  @Test
  void secondCopyOfWholeBytes_isDeleted() {
    submitTwice();
    bench.time.advance(Duration.ofHours(2));
    bench.engine(Bench.copying()).sweeper().tick();
    assertEquals(2, bench.content.size(), "one item and its manifest");
    assertEquals(List.of(), bench.alertCodes());
  }

  @Test
  void secondCopyOfDamagedBytes_isKeptAndReported() {
    submitTwice();
    bench.corrupt(KeyLayout.rawItem(RIDE, bench.entry(RIDE).raw(), 0));
    bench.time.advance(Duration.ofHours(2));
    bench.engine(Bench.copying()).sweeper().tick();
    assertEquals(4, bench.content.size());
    assertEquals(List.of("ACCEPTANCE_UNKNOWN"), bench.alertCodes());
  }

  /**
   * Leaves a session with a manifest that was never accepted, and the same bytes accepted by
   * another.
   */
  private void submitTwice() {
    Engine cut = bench.engine(bench.ledgerWithoutCommits(), bench.watchedContent, Bench.copying());
    try (Upload upload = cut.upload(RIDE)) {
      Bench.add(upload, "a", "x");
      assertThrows(RuntimeException.class, upload::submit);
    }
    bench.time.advance(Duration.ofHours(25));
    Engine engine = bench.engine(Bench.copying());
    engine.sweeper().tick();
    Bench.submit(engine, RIDE, "a", "x");
    assertEquals(4, bench.content.size());
  }

  private FaultingLedger failing(Predicate<CallSite> when) {
    return new FaultingLedger(
        bench.watchedLedger, call -> when.test(call) ? new Fault.FailBefore() : new Fault.None());
  }

  private long count(TransitionKind kind) {
    return bench.kinds(RIDE).stream().filter(kind::equals).count();
  }
}
