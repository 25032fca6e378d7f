package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Blockage;
import dev.ingest.core.CompletionToken;
import dev.ingest.core.Expectation;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkRef;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Work that no live node can run is told within a sweep, once, and so is its end. */
final class LookoutTest {

  private static final StageRef SCALE = new StageRef("scale", 1);
  private static final StageRef CROP = new StageRef("crop", 1);
  private static final String BLOCKED = "STAGE_BLOCKED test ";
  private static final String OVER = "STAGE_UNBLOCKED test ";

  private final Fleet fleet = new Fleet();
  private final Bench bench = fleet.bench;

  @Test
  void aStageThatNobodyCanRun_isToldOnceHoweverManyWait() {
    Engine first = fleet.start("first", "v1", first());
    fleet.run(Duration.ofSeconds(20));
    IntStream.range(0, 300).forEach(i -> submit(first, "ride-" + i));
    fleet.work();
    bench.time.advance(Lookout.GRACE);
    fleet.engines.values().forEach(Fleet::beat);
    fleet.lookout.tick();
    assertEquals(List.of(BLOCKED + "crop@1"), fleet.told());
    String message = fleet.messages("STAGE_BLOCKED").get(0);
    assertTrue(message.contains("300 sequences wait"), message);
    assertTrue(message.contains("first (v1) scale@1"), message);
    fleet.idle(Duration.ofMinutes(30));
    assertEquals(1, fleet.told().size());
    List<Blockage> blocked = Blockages.of(bench.ledger);
    assertEquals(1, blocked.size());
    assertEquals(new WorkRef("test", Optional.of(CROP)), blocked.get(0).work());
    assertEquals(300, blocked.get(0).sequences());
    fleet.idle(Duration.ofMinutes(40));
    assertEquals(2, fleet.told().size(), "again after an hour");
    fleet.start("second", "v1", second());
    fleet.run(Duration.ofMinutes(1));
    assertEquals(OVER + "crop@1", fleet.told().get(2));
    assertEquals(3, fleet.told().size());
    assertEquals(List.of(), Blockages.of(bench.ledger));
    assertEquals(300, bench.ledger.ledger().census(Optional.empty()).count(State.VERIFIED));
    bench.checkInvariants();
  }

  @Test
  void whatWasDoneBeforeAnybodyLooked_isNotBlocked() {
    Engine first = fleet.start("first", "v1", first());
    fleet.run(Duration.ofSeconds(20));
    submit(first, "ride");
    submit(first, "other");
    fleet.run(Duration.ofSeconds(30));
    assertEquals(List.of(BLOCKED + "crop@1"), fleet.told());
    assertEquals(1, Blockages.of(bench.ledger).size());
    fleet.start("second", "v1", second());
    fleet.work();
    assertEquals(2, bench.ledger.ledger().census(Optional.empty()).count(State.VERIFIED));
    assertEquals(1, Blockages.kept(bench.ledger).size(), "nobody has looked since");
    assertEquals(List.of(), Blockages.of(bench.ledger));
  }

  @Test
  void aBlockageThatIsOver_isKeptNoMoreOnceSomebodyLooked() {
    Engine first = fleet.start("first", "v1", first());
    fleet.run(Duration.ofSeconds(20));
    submit(first, "ride");
    fleet.run(Duration.ofSeconds(30));
    assertEquals(1, Blockages.kept(bench.ledger).size());
    fleet.start("second", "v1", second());
    fleet.run(Duration.ofSeconds(30));
    assertEquals(List.of(), Blockages.kept(bench.ledger));
    assertEquals(List.of(BLOCKED + "crop@1", OVER + "crop@1"), fleet.told());
  }

  @Test
  void aNodeThatDies_blocksWhatOnlyItCouldRunWithinALeaseAndASweep() {
    Engine first = fleet.start("first", "v1", first());
    fleet.start("second", "v1", second());
    fleet.run(Duration.ofSeconds(20));
    fleet.kill("second");
    submit(first, "ride");
    fleet.run(Duration.ofSeconds(15));
    assertEquals(List.of(), fleet.told(), "its last beat is young");
    fleet.run(Duration.ofSeconds(15));
    assertEquals(List.of(BLOCKED + "crop@1"), fleet.told());
  }

  @Test
  void aNodeThatDrains_isNoneThatCanRunIt() {
    Engine first = fleet.start("first", "v1", first());
    Engine second = fleet.start("second", "v1", second());
    fleet.run(Duration.ofSeconds(20));
    second.drain();
    submit(first, "ride");
    fleet.run(Duration.ofSeconds(20));
    assertEquals(List.of(BLOCKED + "crop@1"), fleet.told());
    assertTrue(fleet.messages("STAGE_BLOCKED").get(0).contains("second (v1, drains) crop@1"));
    fleet.stop("second");
    fleet.start("second", "v2", second());
    fleet.run(Duration.ofSeconds(20));
    assertEquals(List.of(BLOCKED + "crop@1", OVER + "crop@1"), fleet.told());
    bench.checkInvariants();
  }

  @Test
  void aQuickRestart_isNoAlarm() {
    Engine first = fleet.start("first", "v1", first());
    fleet.start("second", "v1", second());
    fleet.run(Duration.ofSeconds(20));
    fleet.stop("second");
    submit(first, "ride");
    fleet.run(Duration.ofSeconds(8));
    fleet.start("second", "v2", second());
    fleet.run(Duration.ofMinutes(1));
    assertEquals(List.of(), fleet.told());
  }

  @Test
  void aRetiredPipeline_isToldAndKept() {
    Engine old =
        fleet.start(
            "old",
            "v1",
            Pipeline.named("retired")
                .stage(copying(SCALE))
                .expect(Expectation.onePerItem())
                .build());
    submit(old, "ride");
    fleet.stop("old");
    fleet.start("first", "v2", first());
    fleet.run(Duration.ofSeconds(30));
    fleet.idle(Duration.ofHours(3));
    assertEquals("STAGE_BLOCKED retired scale@1", fleet.told().get(0));
    String message = fleet.messages("STAGE_BLOCKED").get(0);
    assertTrue(message.contains("No live node has this pipeline"), message);
    assertTrue(message.contains("`ingest route rollback`"), message);
    assertTrue(message.contains("first (v2) other pipelines: test"), message);
    assertEquals(State.ACCEPTED, bench.state(SequenceKey.of("alice", "ride")));
    bench.checkInvariants();
  }

  @Test
  void aVerificationThatNobodyCanMake_isTold() {
    Engine only =
        fleet.start(
            "only", "v1", Pipeline.named("test").stage(copying(SCALE)).verifiedElsewhere().build());
    submit(only, "ride");
    fleet.run(Duration.ofSeconds(30));
    assertEquals(List.of(BLOCKED + "verification"), fleet.told());
    assertEquals(State.PROCESSED, bench.state(SequenceKey.of("alice", "ride")));
  }

  @Test
  void otherLookouts_tellNothingTwice() {
    Engine first = fleet.start("first", "v1", first());
    submit(first, "ride");
    Lookout other = fleet.lookout(bench.watchedLedger);
    for (int i = 0; i < 20; i++) {
      fleet.run(Duration.ofSeconds(5));
      other.tick();
    }
    fleet.lookout.release();
    other.tick();
    bench.time.advance(Duration.ofSeconds(5));
    other.tick();
    assertEquals(List.of(BLOCKED + "crop@1"), fleet.told());
  }

  @Test
  void aLostReply_tellsTwiceAndNeverNot() {
    boolean[] lost = {true};
    Lookout faulty =
        fleet.lookout(
            new FaultingLedger(
                bench.watchedLedger,
                call ->
                    call.method().equals("raise") && lost[0]
                        ? new Fault.ReplyLost()
                        : new Fault.None()));
    Engine first = fleet.start("first", "v1", first());
    submit(first, "ride");
    fleet.work();
    bench.time.advance(Duration.ofSeconds(15));
    assertThrows(LedgerException.class, faulty::tick);
    lost[0] = false;
    faulty.tick();
    bench.time.advance(Duration.ofSeconds(5));
    faulty.tick();
    assertEquals(List.of(BLOCKED + "crop@1", BLOCKED + "crop@1"), fleet.told());
  }

  @Test
  void aNodeOfAnEarlierRelease_isSeenByItsLeases() {
    fleet.start("first", "v1", first());
    Engine unregistered = fleet.engine(bench.watchedLedger, "earlier", "v0", second());
    IntStream.range(0, 20).forEach(i -> submit(fleet.node("first"), "ride-" + i));
    fleet.work();
    for (int i = 0; i < 12; i++) {
      unregistered.worker().tick();
      unregistered.leases().tick();
      fleet.idle(Duration.ofSeconds(5));
    }
    assertEquals(List.of(), fleet.told(), "its tasks take long, and it renews its leases");
  }

  @Test
  void aStageLeftToAnotherSystemByANodeThatEnded_isNoWordOfAnEarlierRelease() throws IOException {
    CompletingFixture.Elsewhere left = new CompletingFixture.Elsewhere();
    Pipeline second = Bench.pipeline(Stage.elsewhere(SCALE), left.accepting(SCALE));
    Engine first =
        fleet.start("first", "v1", Bench.pipeline(copying(SCALE), Stage.elsewhere(left.ref())));
    fleet.start("second-v1", "v1", second);
    submit(first, "left");
    fleet.run(Duration.ofSeconds(20));
    assertEquals(1, left.tokens.size());
    fleet.stop("second-v1");
    Hold hold = new Hold("carol", "ticket 1", bench.time.instant());
    first.acting().act(SequenceKey.of("alice", "left"), new Event.HoldPlaced(hold), false);
    submit(first, "waiting");
    fleet.run(Duration.ofSeconds(16));
    assertEquals(List.of(BLOCKED + "elsewhere@1"), fleet.told());
    assertEquals(1, Blockages.of(bench.ledger).get(0).sequences(), "the other has its time");
    Engine next = fleet.start("second-v2", "v2", second);
    fleet.run(Duration.ofSeconds(6));
    assertEquals(List.of(BLOCKED + "elsewhere@1", OVER + "elsewhere@1"), fleet.told());
    for (CompletionToken token : left.tokens) {
      CompletingFixture.complete(next, token.text());
    }
    fleet.run(Duration.ofSeconds(5));
    assertEquals(2, bench.ledger.ledger().census(Optional.empty()).count(State.VERIFIED));
    assertEquals(2, fleet.told().size());
    bench.checkInvariants();
  }

  @Test
  void theLedgersClockAhead_killsNobody() {
    Engine first = fleet.start("first", "v1", first());
    fleet.start("second", "v1", second());
    fleet.run(Duration.ofSeconds(30));
    submit(first, "ride");
    bench.ledgerAhead = Duration.ofDays(30);
    fleet.lookout.tick();
    fleet.run(Duration.ofSeconds(30));
    assertEquals(List.of(), fleet.told());
    bench.ledgerAhead = Duration.ZERO;
    fleet.kill("second");
    submit(first, RIDE.id().value());
    fleet.run(Duration.ofSeconds(50));
    assertEquals(List.of(BLOCKED + "crop@1"), fleet.told(), "a beat of the future is no life");
  }

  @Test
  void moreThanAPage_isCounted() {
    Engine first = fleet.start("first", "v1", first());
    IntStream.range(0, 2_345).forEach(i -> submit(first, "ride-" + i));
    fleet.run(Duration.ofSeconds(16));
    assertEquals(2_345, Blockages.of(bench.ledger).get(0).sequences());
  }

  @Test
  void whatFailed_isNotReadHoweverMuchThereIs() {
    Stage broken =
        Stage.perItem(
            SCALE.name(),
            SCALE.contractVersion(),
            (item, context) -> {
              throw new PermanentStageException("nobody can do this");
            });
    Engine first = fleet.start("first", "v1", Bench.pipeline(broken, copying(CROP)));
    IntStream.range(0, 20).forEach(i -> submit(first, "ride-" + i));
    fleet.run(Duration.ofSeconds(20));
    assertEquals(20, bench.ledger.ledger().census(Optional.empty()).count(State.FAILED));
    fleet.kill("first");
    submit(fleet.start("second", "v1", first()), "waits");
    BentLedger heard = new BentLedger(bench.watchedLedger);
    Set<String> read = new HashSet<>();
    heard.read = entry -> read.add(entry.key().id().value());
    Lookout lookout = fleet.lookout(heard.store());
    fleet.run(Duration.ofMinutes(2));
    fleet.lookout.release();

    lookout.tick();

    assertEquals(Set.of("waits"), read);
  }

  @Test
  void aPassInWhichTheNodeStoodStill_isFollowedByAnotherSoon() {
    submit(fleet.start("first", "v1", first()), "waits");
    BentLedger slow = new BentLedger(bench.watchedLedger);
    AtomicInteger reads = new AtomicInteger();
    slow.read =
        entry -> {
          if (reads.incrementAndGet() == 1) {
            bench.time.advance(Duration.ofHours(1));
          }
        };
    Lookout lookout = fleet.lookout(slow.store());
    fleet.run(Duration.ofMinutes(2));
    fleet.lookout.release();
    lookout.tick();
    assertEquals(1, reads.get());
    bench.time.advance(Duration.ofMinutes(1));
    lookout.tick();
    assertEquals(2, reads.get());
  }

  @Test
  void aPassOfPagesThatTakeLong_isFollowedByARestOfNineTimesAsLong() {
    Engine first = fleet.start("first", "v1", first());
    IntStream.range(0, 2_345).forEach(i -> submit(first, "ride-" + i));
    AtomicInteger reads = new AtomicInteger();
    Lookout lookout = slowly(entries -> entries % 1_000 == 1, Duration.ofSeconds(5), reads);
    lookout.tick();
    assertEquals(2_345, reads.get());

    bench.time.advance(Duration.ofSeconds(134));
    lookout.tick();
    assertEquals(2_345, reads.get(), "three pages took 15 s");

    bench.time.advance(Duration.ofSeconds(1));
    lookout.tick();
    assertEquals(2 * 2_345, reads.get());
  }

  @Test
  void aPageThatTakesLongInEachPass_counts() {
    submit(fleet.start("first", "v1", first()), "waits");
    AtomicInteger reads = new AtomicInteger();
    Lookout lookout = slowly(entries -> true, Duration.ofSeconds(20), reads);
    lookout.tick();
    bench.time.advance(Duration.ofSeconds(18));
    lookout.tick();
    assertEquals(2, reads.get(), "the first time it may have been the node that stood still");

    bench.time.advance(Duration.ofSeconds(179));
    lookout.tick();
    assertEquals(2, reads.get());
    bench.time.advance(Duration.ofSeconds(1));
    lookout.tick();
    assertEquals(3, reads.get());
  }

  @Test
  void noRest_isLongerThanTenMinutes() {
    Engine first = fleet.start("first", "v1", first());
    IntStream.range(0, 2_345).forEach(i -> submit(first, "ride-" + i));
    AtomicInteger reads = new AtomicInteger();
    Lookout lookout = slowly(entries -> entries % 1_000 == 1, Duration.ofSeconds(25), reads);
    lookout.tick();
    bench.time.advance(Lookout.LONGEST_REST.minus(Duration.ofMillis(1)));
    lookout.tick();
    assertEquals(2_345, reads.get());

    bench.time.advance(Duration.ofMillis(1));
    lookout.tick();
    assertEquals(2 * 2_345, reads.get(), "nine times 75 s would be longer");
  }

  @Test
  void aStageWhoseLastNodeEndsInALongRest_isToldByTheLookThatFollowsTheGrace() {
    Engine first = fleet.start("first", "v1", first());
    fleet.start("second", "v1", second());
    Lookout slow = restsForThreeMinutes(new AtomicInteger());
    fleet.stop("second");
    submit(first, "ride");
    fleet.work();
    slow.tick();
    bench.time.advance(Lookout.GRACE);
    fleet.engines.values().forEach(Fleet::beat);
    slow.tick();
    assertEquals(List.of(), fleet.told(), "it rests for as long as the pass took");
    bench.time.advance(Lookout.GRACE);
    fleet.engines.values().forEach(Fleet::beat);
    slow.tick();
    assertEquals(List.of(BLOCKED + "crop@1"), fleet.told());
    fleet.start("second", "v2", second());
    fleet.work();
    slow.tick();
    bench.time.advance(Duration.ofSeconds(20));
    fleet.engines.values().forEach(Fleet::beat);
    slow.tick();
    assertEquals(List.of(BLOCKED + "crop@1", OVER + "crop@1"), fleet.told());
  }

  @Test
  void aNodeThatStartsAgainAsItWas_endsNoRest() {
    Engine first = fleet.start("first", "v1", first());
    fleet.start("second", "v1", second());
    AtomicInteger looks = new AtomicInteger();
    Lookout slow = restsForThreeMinutes(looks);
    fleet.stop("second");
    fleet.start("second", "v2", second());
    submit(first, "ride");
    for (int i = 0; i < 18; i++) {
      slow.tick();
      assertEquals(2, looks.get(), "after " + i * 10 + " s");
      bench.time.advance(Duration.ofSeconds(10));
      fleet.engines.values().forEach(Fleet::beat);
    }
    slow.tick();
    assertEquals(3, looks.get());
  }

  /** A lookout that has made two passes, in each of which one call took 20 s. */
  private Lookout restsForThreeMinutes(AtomicInteger looks) {
    Runnable takesLong =
        () -> {
          looks.incrementAndGet();
          bench.time.advance(Duration.ofSeconds(20));
          fleet.engines.values().forEach(Fleet::beat);
        };
    Lookout slow =
        fleet.lookout(
            new FaultingLedger(
                bench.watchedLedger,
                call ->
                    call.method().equals("due")
                        ? new Fault.Delay(takesLong, () -> {})
                        : new Fault.None()));
    fleet.run(Duration.ofMinutes(1));
    fleet.lookout.release();
    slow.tick();
    bench.time.advance(Duration.ofSeconds(18));
    fleet.engines.values().forEach(Fleet::beat);
    slow.tick();
    assertEquals(2, looks.get());
    return slow;
  }

  /** A lookout for which time goes by with some of the entries that it reads. */
  private Lookout slowly(IntPredicate at, Duration takes, AtomicInteger reads) {
    BentLedger slow = new BentLedger(bench.watchedLedger);
    slow.read =
        entry -> {
          if (at.test(reads.incrementAndGet() % 2_345)) {
            bench.time.advance(takes);
          }
        };
    Lookout lookout = fleet.lookout(slow.store());
    fleet.run(Duration.ofMinutes(2));
    fleet.lookout.release();
    return lookout;
  }

  private static Pipeline first() {
    return Bench.pipeline(copying(SCALE), Stage.elsewhere(CROP));
  }

  private static Pipeline second() {
    return Bench.pipeline(Stage.elsewhere(SCALE), copying(CROP).accepting(SCALE));
  }

  private static Stage copying(StageRef ref) {
    return Stage.perItem(
        ref.name(),
        ref.contractVersion(),
        (item, context) -> context.emit(item.name(), item.open()));
  }

  private static void submit(Engine engine, String id) {
    Bench.submit(engine, SequenceKey.of("alice", id), "a", "x");
  }
}
