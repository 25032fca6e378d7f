package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.DamagedContentException;
import dev.ingest.core.Evidence;
import dev.ingest.core.Expectation;
import dev.ingest.core.Finding;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Probe;
import dev.ingest.core.PublishedResult;
import dev.ingest.core.Stage;
import dev.ingest.core.Verdict;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The work of the engine from receipt to publication, and everything that may come in between. */
final class EngineTest {

  private final Bench bench = new Bench();

  @AfterEach
  void everyInvariant_holds() {
    bench.checkInvariants();
  }

  @Test
  void submittedSequence_isVerifiedAndPublished() throws IOException {
    Engine engine = bench.engine(Bench.copying());
    Receipt receipt = Bench.submit(engine, RIDE, "a.txt", "first", "b.txt", "second");
    assertTrue(engine.result(RIDE).isEmpty(), "nothing is visible before it is verified");

    bench.run(engine);

    Entry entry = bench.entry(RIDE);
    assertEquals(State.VERIFIED, entry.state());
    PublishedResult result = engine.result(RIDE).orElseThrow();
    List<String> names = new ArrayList<>();
    result.items().forEachRemaining(item -> names.add(item.name().value()));
    assertEquals(List.of("a.txt", "b.txt"), names);
    assertEquals(receipt.manifest().root(), result.summary().root(), "a copy has the same root");
    assertArrayEquals("second".getBytes(StandardCharsets.UTF_8), read(result, "b.txt"));
    assertEquals(
        List.of(TransitionKind.ACCEPTED, TransitionKind.STAGE_DONE, TransitionKind.VERIFIED),
        bench.kinds(RIDE));
    assertTrue(engine.verify(entry).isClean());
    assertEquals(List.of(), bench.caught);
  }

  @Test
  void stagesOfAChain_eachSeeTheOutputOfTheOneBefore() throws IOException {
    Stage upper = mapping("upper", text -> text.toUpperCase(Locale.ROOT));
    Stage twice = mapping("twice", text -> text + text);
    Engine engine = bench.engine(Bench.pipeline(upper, twice));
    Bench.submit(engine, RIDE, "a", "xy");
    bench.run(engine);
    assertArrayEquals(
        "XYXY".getBytes(StandardCharsets.UTF_8), read(engine.result(RIDE).orElseThrow(), "a"));
    assertTrue(bench.entry(RIDE).standing().leftovers(), "the output between is left over");

    bench.time.advance(Duration.ofHours(2));
    engine.sweeper().tick();
    assertFalse(bench.entry(RIDE).standing().leftovers());
    assertTrue(engine.verify(bench.entry(RIDE)).isClean());
    // Two raw keys and two of the published result remain.
    assertEquals(4, bench.content.size());
  }

  @Test
  void transientError_isRetriedAfterBackoff() {
    AtomicInteger calls = new AtomicInteger();
    Stage flaky =
        Stage.perItem(
            "flaky",
            1,
            (item, context) -> {
              if (calls.incrementAndGet() == 1) {
                throw new IOException("connection reset");
              }
              context.emit(item.name(), item.open());
            });
    Engine engine = bench.engine(Bench.pipeline(flaky));
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.ACCEPTED, bench.state(RIDE), "not due before the back-off is over");
    assertEquals(1, calls.get());
    bench.time.advance(Duration.ofSeconds(2));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void errorThatStays_failsAfterTheAttemptsAreSpent() {
    Stage broken =
        Stage.perItem(
            "broken",
            1,
            (item, context) -> {
              throw new IllegalStateException("no luck");
            });
    Engine engine = bench.engine(Bench.pipeline(broken));
    Bench.submit(engine, RIDE, "a", "x");
    for (int i = 0; i < 5; i++) {
      bench.run(engine);
      bench.time.advance(Duration.ofMinutes(2));
    }
    Entry entry = bench.entry(RIDE);
    assertEquals(State.FAILED, entry.state());
    assertEquals("ATTEMPTS_EXHAUSTED", entry.standing().failure().orElseThrow().code());
    assertTrue(entry.standing().failure().orElseThrow().message().contains("no luck"));
    assertEquals(List.of("SEQUENCE_FAILED"), bench.alertCodes());
    assertTrue(engine.result(RIDE).isEmpty());
  }

  @Test
  void permanentError_failsAtOnceAndKeepsTheRawBytes() {
    Stage refusing =
        Stage.perItem(
            "refusing",
            1,
            (item, context) -> {
              throw new PermanentStageException("item " + item.name() + " is not a photograph");
            });
    Engine engine = bench.engine(Bench.pipeline(refusing));
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals("STAGE_REFUSED", bench.entry(RIDE).standing().failure().orElseThrow().code());
    assertEquals(2, bench.content.size(), "the raw item and its manifest are held");
  }

  @Test
  void outOfMemoryInAStage_isAnAttemptThatFailed() {
    Stage greedy =
        Stage.perItem(
            "greedy",
            1,
            (item, context) -> {
              throw new OutOfMemoryError("simulated");
            });
    Engine engine = bench.engine(Bench.pipeline(greedy));
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    assertEquals(List.of(TransitionKind.ACCEPTED, TransitionKind.STAGE_RETRIED), bench.kinds(RIDE));
  }

  @Test
  void sequenceThatKillsItsProcess_failsAfterItsAttempts() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    for (int i = 0; i < 4; i++) {
      Engine doomed = bench.engine(Bench.copying());
      assertEquals(1, doomed.worker().tick());
      bench.time.advance(Duration.ofSeconds(31));
      if (i < 3) {
        // The process died with its task before it did anything.
        bench.tasks.clear();
      }
    }
    bench.runTasks();
    Entry entry = bench.entry(RIDE);
    assertEquals(State.FAILED, entry.state());
    assertEquals("ATTEMPTS_EXHAUSTED", entry.standing().failure().orElseThrow().code());
  }

  @Test
  void expiredLease_isTakenOverAndRecorded() {
    Engine dead = bench.engine(Bench.copying());
    Bench.submit(dead, RIDE, "a", "x");
    dead.worker().tick();
    bench.tasks.clear();
    bench.time.advance(Duration.ofSeconds(31));
    Engine engine = bench.engine(Bench.copying());
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertTrue(bench.kinds(RIDE).contains(TransitionKind.LEASE_LOST));
  }

  @Test
  void renewedLease_isNotTakenOver() {
    Engine slow = bench.engine(Bench.copying());
    Bench.submit(slow, RIDE, "a", "x");
    slow.worker().tick();
    bench.time.advance(Duration.ofSeconds(20));
    assertEquals(1, slow.leases().tick());
    bench.time.advance(Duration.ofSeconds(20));
    Engine other = bench.engine(Bench.copying());
    assertEquals(0, other.worker().tick());
    bench.runTasks();
    bench.run(slow);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertFalse(bench.kinds(RIDE).contains(TransitionKind.LEASE_LOST));
  }

  @Test
  void shutdown_handsBackAndRefundsTheAttempt() {
    Engine stopping = bench.engine(Bench.copying());
    Bench.submit(stopping, RIDE, "a", "x");
    stopping.worker().tick();
    assertEquals(1, bench.entry(RIDE).run().attempts());
    stopping.leases().cancelAll();
    bench.runTasks();
    assertEquals(1, stopping.leases().size(), "held until it is handed back");
    assertEquals(1, stopping.leases().handBack());
    Entry entry = bench.entry(RIDE);
    assertEquals(State.ACCEPTED, entry.state());
    assertEquals(0, entry.run().attempts());
    assertEquals(0, stopping.leases().size());
  }

  @Test
  void damagedCandidate_isNeverPublished() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x", "b", "y");
    engine.worker().tick();
    bench.runTasks();
    ContentKey item = KeyLayout.item(bench.entry(RIDE).run().output().orElseThrow().prefix(), 1);
    bench.corrupt(item);
    bench.run(engine);
    Entry entry = bench.entry(RIDE);
    assertEquals(State.FAILED, entry.state());
    assertEquals("VERIFICATION_MISMATCH", entry.standing().failure().orElseThrow().code());
    assertTrue(entry.standing().failure().orElseThrow().message().contains("item \"b\""));
    assertTrue(engine.result(RIDE).isEmpty());
    assertEquals(List.of("SEQUENCE_FAILED"), bench.alertCodes());
  }

  @Test
  void damagedRawBytes_failTheStageByName() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x", "b", "y");
    Entry entry = bench.entry(RIDE);
    bench.corrupt(KeyLayout.rawItem(RIDE, entry.raw(), 1));
    bench.run(engine);
    Entry failed = bench.entry(RIDE);
    assertEquals(State.FAILED, failed.state());
    assertTrue(failed.standing().failure().orElseThrow().message().contains("item \"b\""));
  }

  @Test
  void expectationThatFails_failsTheSequence() {
    Stage dropping =
        Stage.perItem(
            "dropping",
            1,
            (item, context) -> {
              if (!item.name().value().equals("b")) {
                context.emit(item.name(), item.open());
              }
            });
    Engine engine = bench.engine(Bench.pipeline(dropping));
    Bench.submit(engine, RIDE, "a", "x", "b", "y");
    bench.run(engine);
    Entry entry = bench.entry(RIDE);
    assertEquals(State.FAILED, entry.state());
    assertEquals("EXPECTATION_FAILED", entry.standing().failure().orElseThrow().code());
    assertTrue(entry.standing().failure().orElseThrow().message().contains("\"b\""));
  }

  @Test
  void resultWithoutItems_isUnknownAndThenFailed() {
    Stage nothing = Stage.perItem("nothing", 1, (item, context) -> {});
    Pipeline pipeline =
        Pipeline.named("test").stage(nothing).expect(evidence -> Verdict.pass()).build();
    Engine engine = bench.engine(pipeline);
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.PROCESSED, bench.state(RIDE));
    assertEquals(List.of("VERIFICATION_UNKNOWN"), bench.alertCodes());
    for (int i = 0; i < 4; i++) {
      bench.time.advance(Duration.ofMinutes(2));
      bench.run(engine);
    }
    assertEquals(State.FAILED, bench.state(RIDE));
    assertEquals(
        "EXPECTATION_UNKNOWN", bench.entry(RIDE).standing().failure().orElseThrow().code());
  }

  @Test
  void probeThatThrows_blocksPublicationUntilItPasses() {
    AtomicInteger asked = new AtomicInteger();
    Probe probe =
        new Probe() {
          @Override
          public String name() {
            return "search index";
          }

          @Override
          public Verdict check(Evidence evidence) throws IOException {
            if (asked.incrementAndGet() == 1) {
              throw new IOException("index is down");
            }
            return Verdict.pass();
          }
        };
    Engine engine =
        bench.engine(
            Pipeline.named("test")
                .stage(Stage.copy())
                .expect(Expectation.atLeast(1))
                .probe(probe)
                .build());
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.PROCESSED, bench.state(RIDE));
    assertTrue(engine.result(RIDE).isEmpty());
    bench.time.advance(Duration.ofMinutes(2));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void markSetWhileAWorkerCommits_doesNotThrowTheWorkAway() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    Hold hold = new Hold("carol", "legal request", bench.time.instant());
    Committer.Result held = engine.committer().apply(bench.entry(RIDE), new Event.HoldPlaced(hold));
    assertTrue(held instanceof Committer.Result.Committed);
    bench.run(engine);
    Entry entry = bench.entry(RIDE);
    assertEquals(State.VERIFIED, entry.state());
    assertEquals(Optional.of(hold), entry.standing().hold());
    assertEquals(1, bench.kinds(RIDE).stream().filter(k -> k == TransitionKind.STAGE_DONE).count());
  }

  @Test
  void redrive_runsAgainUnderANewEpoch() {
    AtomicInteger calls = new AtomicInteger();
    Stage fixedLater =
        Stage.perItem(
            "fixed-later",
            1,
            (item, context) -> {
              if (calls.incrementAndGet() == 1) {
                throw new PermanentStageException("bad deployment");
              }
              context.emit(item.name(), item.open());
            });
    Pipeline pipeline = Bench.pipeline(fixedLater);
    Engine engine = bench.engine(pipeline);
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    Entry failed = bench.entry(RIDE);
    Event redrive =
        new Event.Redriven(
            pipeline.ref(),
            fixedLater.ref(),
            bench.time.instant().plus(Duration.ofHours(1)),
            Duration.ofDays(7),
            new Event.Act("carol", "deployment fixed"));
    engine.committer().apply(failed, redrive);
    bench.run(engine);
    Entry entry = bench.entry(RIDE);
    assertEquals(State.VERIFIED, entry.state());
    assertEquals(2, entry.published().orElseThrow().epoch());
    assertEquals("carol", bench.history(RIDE).get(2).note().actor());
  }

  @Test
  void verify_namesEveryDamage() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x", "b", "y");
    bench.run(engine);
    Entry entry = bench.entry(RIDE);
    bench.corrupt(KeyLayout.rawItem(RIDE, entry.raw(), 0));
    bench.remove(KeyLayout.item(entry.published().orElseThrow().result().prefix(), 1));
    List<Finding> findings = engine.verify(entry).findings();
    assertEquals(
        List.of(Finding.Kind.RAW_DIFFERS, Finding.Kind.RESULT_MISSING, Finding.Kind.RESULT_MISSING),
        findings.stream().map(Finding::kind).toList());
    assertEquals(Optional.of(ItemName.of("a")), findings.get(0).item());
    assertEquals(Optional.of(ItemName.of("b")), findings.get(1).item());
  }

  @Test
  void readerOfADamagedResult_getsAnErrorInsteadOfAnEnd() throws IOException {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    bench.corrupt(KeyLayout.item(bench.entry(RIDE).published().orElseThrow().result().prefix(), 0));
    try (InputStream in = engine.result(RIDE).orElseThrow().open(ItemName.of("a")).orElseThrow()) {
      assertThrows(DamagedContentException.class, in::readAllBytes);
    }
  }

  @Test
  void stageThatEmitsTwins_failsPermanently() {
    Stage twins =
        Stage.perItem(
            "twins",
            1,
            (item, context) -> {
              context.emit(ItemName.of("A.jpg"), new ByteArrayInputStream(new byte[1]));
              context.emit(ItemName.of("a.JPG"), new ByteArrayInputStream(new byte[1]));
            });
    Engine engine = bench.engine(Bench.pipeline(twins));
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.FAILED, bench.state(RIDE));
  }

  @Test
  void idempotencyKey_isTheSameForEveryAttemptOfAnEpoch() {
    List<String> keys = new ArrayList<>();
    Stage recording =
        Stage.perItem(
            "recording",
            1,
            (item, context) -> {
              keys.add(context.idempotencyKey());
              if (keys.size() == 1) {
                throw new IOException("once");
              }
              context.emit(item.name(), item.open());
            });
    Engine engine = bench.engine(Bench.pipeline(recording));
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    bench.time.advance(Duration.ofMinutes(1));
    bench.run(engine);
    assertEquals(List.of("alice/ride-1/1/recording", "alice/ride-1/1/recording"), keys);
  }

  @Test
  void nodeWithoutTheStage_leavesTheWorkAlone() {
    Engine intake = bench.engine(Bench.copying());
    Bench.submit(intake, RIDE, "a", "x");
    Engine other = bench.engine(Bench.pipeline(mapping("upper", text -> text)));
    bench.run(other);
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    assertTrue(other.isIdle());
    assertFalse(intake.isIdle());
  }

  private static Stage mapping(String name, UnaryOperator<String> map) {
    return Stage.perItem(
        name,
        1,
        (item, context) -> {
          try (InputStream in = item.open()) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            byte[] mapped = map.apply(text).getBytes(StandardCharsets.UTF_8);
            context.emit(item.name(), new ByteArrayInputStream(mapped));
          }
        });
  }

  private static byte[] read(PublishedResult result, String name) throws IOException {
    try (InputStream in = result.open(ItemName.of(name)).orElseThrow()) {
      return in.readAllBytes();
    }
  }
}
