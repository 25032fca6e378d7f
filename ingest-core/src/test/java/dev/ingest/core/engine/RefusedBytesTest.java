package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Stage;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A content store that answers, and takes no bytes, or not these. */
final class RefusedBytesTest {

  private static final long ALL = Long.MAX_VALUE;
  private static final long NONE = -1;
  private static final SequenceKey OTHER = SequenceKey.of("owner", "other");

  private final Bench bench = new Bench();

  @AfterEach
  void everyInvariant_holds() {
    bench.checkInvariants();
  }

  private Engine overContentThatTakes(Function<ContentKey, Long> room) {
    return bench.engine(
        bench.watchedLedger,
        new RefusingContent(bench.watchedContent.access("node-0").store(), room),
        Bench.copying());
  }

  private int workerTick(Engine engine) {
    int claimed = engine.supervisor().supervise("worker", engine.worker()::tick);
    bench.runTasks();
    assertEquals(0, engine.leases().size(), "what is given back is held no more");
    return claimed;
  }

  @Test
  void contentThatTakesNoBytesForLong_costsAStageOneAttempt() {
    long[] room = {ALL};
    Engine engine = overContentThatTakes(key -> room[0]);
    Bench.submit(engine, RIDE, "a", "x");
    room[0] = NONE;
    for (int i = 0; i < 20; i++) {
      workerTick(engine);
      bench.time.advance(Duration.ofMinutes(1));
    }
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    assertEquals(1, bench.entry(RIDE).run().attempts(), "the one that found out");
    assertEquals(19, bench.caught.size(), "each look in vain is told, and no beat");
    assertTrue(
        String.valueOf(bench.caught.get(0).getMessage())
            .contains("until the content store takes bytes"),
        () -> String.valueOf(bench.caught.get(0)));
    room[0] = ALL;
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  @Test
  void contentThatTakesNoBytesOfManyNodes_costsAStageOneAttempt() {
    long[] room = {ALL};
    List<Engine> nodes =
        IntStream.rangeClosed(0, bench.work.maxAttempts())
            .mapToObj(i -> overContentThatTakes(key -> room[0]))
            .toList();
    Bench.submit(nodes.get(0), RIDE, "a", "x");
    Bench.submit(nodes.get(0), OTHER, "a", "y");
    room[0] = NONE;
    for (int i = 0; i < 3; i++) {
      for (Engine node : nodes) {
        workerTick(node);
        bench.time.advance(Duration.ofMinutes(1));
      }
    }
    for (SequenceKey key : List.of(RIDE, OTHER)) {
      assertEquals(State.ACCEPTED, bench.state(key));
      assertEquals(1, bench.entry(key).run().attempts(), "the one that found out");
    }
    room[0] = ALL;
    nodes.forEach(bench::run);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(State.VERIFIED, bench.state(OTHER));
  }

  @Test
  void whatIsDueForTheFirstTimeOnANodeThatFoundOut_costsNoAttempt() {
    long[] room = {ALL};
    Engine engine = overContentThatTakes(key -> room[0]);
    Bench.submit(engine, RIDE, "a", "x");
    room[0] = NONE;
    workerTick(engine);
    room[0] = ALL;
    Bench.submit(engine, OTHER, "a", "y");
    room[0] = NONE;
    for (int i = 0; i < 3; i++) {
      workerTick(engine);
      bench.time.advance(Duration.ofMinutes(1));
    }
    assertEquals(0, bench.entry(OTHER).run().attempts());
    room[0] = ALL;
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(OTHER));
    assertTrue(bench.entry(OTHER).standing().leftovers(), "a trial may lie below its place");
  }

  @Test
  void whatTrialsLeft_isSwept() {
    long[] room = {ALL};
    Engine engine = overContentThatTakes(key -> room[0]);
    Bench.submit(engine, RIDE, "a", "x");
    room[0] = NONE;
    workerTick(engine);
    room[0] = ALL;
    bench.time.advance(Duration.ofMinutes(1));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(5, bench.content.size(), "an item and a manifest, twice, and what was tried");
    bench.time.advance(Duration.ofHours(25));
    engine.sweeper().tick();
    assertEquals(4, bench.content.size());
  }

  @Test
  void trialBelowWhatIsDueForTheFirstTime_isSweptToo() {
    long[] room = {ALL};
    Engine engine = overContentThatTakes(key -> room[0]);
    Bench.submit(engine, RIDE, "a", "x");
    room[0] = NONE;
    workerTick(engine);
    room[0] = ALL;
    Bench.submit(engine, OTHER, "a", "y");
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(OTHER));
    assertEquals(1, bench.content.keys().stream().filter(RefusedBytesTest::isTrial).count());
    bench.time.advance(Duration.ofHours(25));
    engine.sweeper().tick();
    assertEquals(0, bench.content.keys().stream().filter(RefusedBytesTest::isTrial).count());
  }

  /** Else each retry would leave a trial for a day. */
  @Test
  void stageThatFailsOfItself_hasNothingTriedWhereAsMuchIsTaken() {
    boolean[] fails = {true};
    Stage stage =
        Stage.perItem(
            "calling",
            1,
            (item, context) -> {
              if (fails[0]) {
                throw new IOException("the other system is out");
              }
              context.emit(item.name(), item.open());
            });
    Engine engine =
        bench.engine(
            bench.watchedLedger,
            bench.watchedContent.access("node-0").store(),
            Bench.pipeline(stage));
    Bench.submit(engine, RIDE, "a", "x".repeat(5_000));
    for (int i = 0; i < 3; i++) {
      Bench.submit(engine, SequenceKey.of("owner", "other-" + i), "a", "y".repeat(5_000));
      workerTick(engine);
      bench.time.advance(Duration.ofMinutes(1));
    }
    assertTrue(bench.entry(RIDE).run().attempts() > 1, "it was begun again");
    assertEquals(0, bench.content.keys().stream().filter(RefusedBytesTest::isTrial).count());
    fails[0] = false;
    bench.run(engine);
    assertEquals(1, bench.content.keys().stream().filter(RefusedBytesTest::isTrial).count());
  }

  @Test
  void sequenceOfWhichTheVeryBytesAreRefused_spendsItsAttemptsAndStopsNobody() {
    String poisoned = KeyLayout.runs(RIDE).value();
    Engine engine =
        overContentThatTakes(
            key ->
                key.value().startsWith(poisoned)
                        && !isTrial(key)
                        && !key.value().endsWith("manifest")
                    ? NONE
                    : ALL);
    Bench.submit(engine, RIDE, "a", "x");
    for (int i = 0; i < bench.work.maxAttempts(); i++) {
      SequenceKey other = SequenceKey.of("owner", "other-" + i);
      Bench.submit(engine, other, "a", "y");
      while (workerTick(engine) > 0) {}
      bench.run(engine);
      assertEquals(State.VERIFIED, bench.state(other));
      bench.time.advance(Duration.ofMinutes(2));
    }
    assertEquals(State.FAILED, bench.state(RIDE));
  }

  @Test
  void diskThatIsNearlyFull_takesWhatIsShortAndKeepsTheAttemptsOfWhatIsLong() {
    long[] room = {ALL};
    List<Engine> nodes =
        IntStream.rangeClosed(0, bench.work.maxAttempts())
            .mapToObj(i -> overContentThatTakes(key -> room[0]))
            .toList();
    Bench.submit(nodes.get(0), RIDE, "a", "x".repeat(1 << 20));
    room[0] = 100_000;
    for (Engine node : nodes) {
      SequenceKey shorter = SequenceKey.of("owner", "of-" + nodes.indexOf(node));
      Bench.submit(node, shorter, "a", "y");
      workerTick(node);
      workerTick(node);
      node.verifier().tick();
      bench.runTasks();
      assertEquals(State.VERIFIED, bench.state(shorter));
      bench.time.advance(Duration.ofMinutes(2));
    }
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    assertEquals(1, bench.entry(RIDE).run().attempts(), "the one that found out");
  }

  @Test
  void whatIsShort_isDoneByANodeThatFoundOutByWhatIsLong() {
    long[] room = {ALL};
    Engine engine = overContentThatTakes(key -> room[0]);
    Bench.submit(engine, RIDE, "a", "x".repeat(1 << 20));
    room[0] = 100_000;
    workerTick(engine);
    for (int i = 0; i < 20; i++) {
      bench.time.advance(Duration.ofMinutes(1));
      SequenceKey shorter = SequenceKey.of("owner", "of-" + i);
      Bench.submit(engine, shorter, "a", "y");
      for (int tick = 0; tick < 3; tick++) {
        workerTick(engine);
      }
      engine.verifier().tick();
      bench.runTasks();
      assertEquals(State.VERIFIED, bench.state(shorter));
    }
    assertEquals(1, bench.entry(RIDE).run().attempts());
  }

  private static boolean isTrial(ContentKey key) {
    return key.value().matches("run/.*/e\\d+-\\d+-[0-9a-f]{32}-[0-9a-f]{16}/.*");
  }
}
