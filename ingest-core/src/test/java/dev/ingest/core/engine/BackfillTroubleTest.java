package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.key;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress.Counts;
import dev.ingest.core.OutcomeUnknownException;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fails by itself in a backfill does not hold up the others, and is told. */
final class BackfillTroubleTest {

  private static final BackfillPace SLOW = new BackfillPace(1_000, 3);
  private static final Duration TICK = Duration.ofSeconds(5);

  private final BackfillBench backfill = new BackfillBench();
  private final Bench bench = backfill.bench;

  /** Four pages for twenty ids. */
  private final RefusingLedger stuck = new RefusingLedger(bench.watchedLedger, 5);

  private final LedgerStore refusing = stuck.store();

  /** Lets a node tick as long as something lasts, whatever it throws, and all others work. */
  private void tickFor(Duration lasts, Backfiller... nodes) {
    tickFor(lasts, TICK, nodes);
  }

  private void tickFor(Duration lasts, Duration every, Backfiller... nodes) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(lasts) < 0;
        passed = passed.plus(every)) {
      for (Backfiller node : nodes) {
        try {
          node.tick();
        } catch (IncompleteTickException e) {
          bench.caught.add(e);
        }
      }
      bench.run(backfill.engine);
      bench.time.advance(every);
    }
  }

  private long count(String code) {
    return bench.alertCodes().stream().filter(code::equals).count();
  }

  private BackfillPhase phase(String name) {
    return backfill.backfills().find(name).orElseThrow().phase();
  }

  /** Leaves a plan after the first page of its list. */
  private void planThatDies(String name, BackfillOrder order) {
    Engine dies =
        backfill.engine(
            new FaultingLedger(
                bench.watchedLedger,
                call -> call.method().equals("add") ? new Fault.CrashBefore() : Fault.NONE));
    assertThrows(SimulatedCrash.class, () -> dies.backfilling().plan(name, order, CAROL));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void planThatWasCutOff_isFinishedThoughNoNodeHasThePipelineOfAnother(int nodes) {
    backfill.fail(8);
    backfill.planAndStart(FAILED_ONES.split(Map.of("silent", 1)));
    planThatDies("other", FAILED_ONES);
    assertEquals(BackfillPhase.LISTING, phase("other"));
    Backfiller[] drivers = new Backfiller[nodes];
    Arrays.setAll(drivers, i -> backfill.node(bench.watchedLedger, Bench.copying()));
    tickFor(Duration.ofMinutes(2), drivers);
    assertEquals(BackfillPhase.FROZEN, phase("other"));
    assertEquals(8, backfill.backfills().find("other").orElseThrow().counts().planned());
  }

  @Test
  void idWhoseStartHasNoKnownOutcome_doesNotHoldUpTheOthersAndIsToldWhenNothingElseMoves() {
    backfill.fail(20);
    backfill.planAndStart(FAILED_ONES.at(SLOW));
    stuck.add(key(5));
    Backfiller node = backfill.node(refusing);
    // At the pace of three at a time, looked at twice a second.
    tickFor(Duration.ofSeconds(8), Duration.ofMillis(500), node);
    assertEquals(new Counts(20, 19, 0, 1, 0, 0), backfill.progress().counts());
    assertEquals(0, count("BACKFILL_STALLED"));
    tickFor(Duration.ofMinutes(35), node);
    assertEquals(1, count("BACKFILL_STALLED"));
    String told = bench.alert("BACKFILL_STALLED").message();
    assertTrue(told.contains(key(5).toString()), told);
    assertTrue(told.contains("this row cannot be written"), told);
    stuck.clear();
    tickFor(Duration.ofMinutes(3), node);
    assertEquals(BackfillPhase.COMPLETE, backfill.progress().phase());
    assertEquals(1, count("BACKFILL_MOVING"));
    backfill.assertEachStartedOnce(keys(20));
  }

  @ParameterizedTest
  @ValueSource(strings = {"started", "begin"})
  void startThatThrows_doesNotHoldUpTheOthersAndItsCountsStand(String throwing) {
    backfill.fail(20);
    backfill.planAndStart(FAILED_ONES.at(SLOW));
    Backfiller node =
        backfill.node(
            bench.watchedLedger,
            starter ->
                new ForwardedStarter(starter) {
                  private void failAt(String step, Entry entry) {
                    if (step.equals(throwing) && entry.key().equals(key(4))) {
                      throw new IllegalStateException("cannot be begun");
                    }
                  }

                  @Override
                  public Optional<Integer> started(Entry entry, Act by) {
                    failAt("started", entry);
                    return super.started(entry, by);
                  }

                  @Override
                  public Supplier<Start> begin(
                      Entry seen, String pipeline, String name, Act by, Instant now) {
                    failAt("begin", seen);
                    return super.begin(seen, pipeline, name, by, now);
                  }
                });
    tickFor(Duration.ofMinutes(2), node);
    assertEquals(new Counts(20, 19, 0, 1, 0, 0), backfill.progress().counts());
    backfill.checkS11(keys(20));
    tickFor(Duration.ofMinutes(35), node);
    assertEquals(1, count("BACKFILL_STALLED"));
    assertTrue(bench.alert("BACKFILL_STALLED").message().contains("cannot be begun"));
  }

  @Test
  void backfillWhoseTicksThrow_isToldAsStalled() {
    backfill.fail(3);
    backfill.planAndStart(FAILED_ONES);
    AtomicBoolean fails = new AtomicBoolean();
    Backfiller node =
        backfill.node(
            new FaultingLedger(
                bench.watchedLedger,
                call ->
                    fails.get() && call.method().equals("census")
                        ? new Fault.FailBefore()
                        : Fault.NONE));
    fails.set(true);
    tickFor(Duration.ofMinutes(29), node);
    assertEquals(0, count("BACKFILL_STALLED"));
    tickFor(Duration.ofMinutes(2), node);
    assertEquals(1, count("BACKFILL_STALLED"));
    assertTrue(bench.alert("BACKFILL_STALLED").message().contains("its last tick failed: "));
    fails.set(false);
    tickFor(Duration.ofMinutes(2), node);
    assertEquals(BackfillPhase.COMPLETE, backfill.progress().phase());
    assertEquals(1, count("BACKFILL_MOVING"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"aa-newer", "zz-newer"})
  void recordThatCannotBeRead_holdsUpNoOtherAndIsTold(String name) {
    backfill.fail(8);
    backfill.planAndStart(FAILED_ONES);
    ControlRecord.Key key = new ControlRecord.Key("backfill", name);
    bench.ledger.controls().write(new ControlRecord(key, 1, "phase=WARMING"));
    tickFor(Duration.ofMinutes(1), backfill.node(bench.watchedLedger));
    bench.time.advance(Duration.ofMinutes(1));
    Backfiller node = backfill.node(bench.watchedLedger);
    tickFor(Duration.ofMinutes(1), node);
    assertEquals(BackfillPhase.COMPLETE, backfill.progress().phase());
    assertEquals(1, count("BACKFILL_UNREADABLE"));
    assertEquals(name, bench.alert("BACKFILL_UNREADABLE").group().stage());
    assertEquals(1, backfill.backfills().list("", 1).size());
    backfill.backfills().plan("next", FAILED_ONES, CAROL);
    assertEquals(2, backfill.backfills().list("", 2).size());
    bench.ledger.controls().delete(key, 1);
    tickFor(Duration.ofMinutes(1), node);
    assertEquals(1, count("BACKFILL_READABLE"));
  }

  @Test
  void whatABackfillNeedsThatCannotBeRead_staysHeldInItsName() {
    backfill.fail(3);
    backfill.planAndStart(FAILED_ONES);
    backfill.backfills().plan("later", FAILED_ONES, CAROL);
    backfill.assertHeldBy("backfill/" + NAME, keys(3));
    ControlRecord.Key key = new ControlRecord.Key("backfill", "later");
    long version = bench.ledger.controls().read(key).orElseThrow().version() + 1;
    bench.ledger.controls().write(new ControlRecord(key, version, "phase=WARMING"));
    Backfiller node = backfill.node(bench.watchedLedger);
    tickFor(Duration.ofMinutes(2), node);
    assertEquals(BackfillPhase.COMPLETE, backfill.progress().phase());
    backfill.assertHeldBy("backfill/later", keys(3));
  }

  @Test
  void idThatCannotBeHeld_keepsNoOtherFromBeingHeldIsToldAndCanBeCancelled() {
    backfill.fail(20);
    stuck.add(key(10));
    Engine engine = backfill.engine(refusing);
    assertThrows(
        OutcomeUnknownException.class, () -> engine.backfilling().plan(NAME, FAILED_ONES, CAROL));
    assertEquals(BackfillPhase.HOLDING, backfill.progress().phase());
    Backfiller node = backfill.node(refusing);
    tickFor(Duration.ofMinutes(2), node);
    Set<SequenceKey> others = keys(20);
    others.remove(key(10));
    backfill.assertHeldBy("backfill/" + NAME, others);
    tickFor(Duration.ofMinutes(35), node);
    assertEquals(BackfillPhase.HOLDING, backfill.progress().phase());
    assertEquals(1, count("BACKFILL_STALLED"));
    String told = bench.alert("BACKFILL_STALLED").message();
    assertTrue(told.contains("it is HOLDING") && told.contains(key(10).toString()), told);
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    tickFor(Duration.ofMinutes(1), node);
    assertEquals(BackfillPhase.CANCELLED, backfill.progress().phase());
    assertEquals(1, count("BACKFILL_MOVING"));
    backfill.assertHeldBy("", keys(20));
  }

  @Test
  void pageThatWasHeldAndNotCountedBeforeItWasCancelled_isPending() {
    backfill.fail(20);
    Engine dies =
        backfill.engine(
            new FaultingLedger(
                refusing,
                call ->
                    call.method().equals("write") && !backfill.holder(key(6)).isEmpty()
                        ? new Fault.CrashBefore()
                        : Fault.NONE));
    assertThrows(SimulatedCrash.class, () -> dies.backfilling().plan(NAME, FAILED_ONES, CAROL));
    assertEquals(BackfillPhase.HOLDING, backfill.progress().phase());
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    tickFor(Duration.ofMinutes(1), backfill.node(bench.watchedLedger));
    assertEquals(BackfillPhase.CANCELLED, backfill.progress().phase());
    Set<SequenceKey> held = new TreeSet<>(new TreeSet<>(keys(20)).headSet(key(12)));
    assertEquals(10, held.size(), "two pages");
    backfill.checkS11(held);
    backfill.assertHeldBy("", keys(20));
  }

  @Test
  void holdOfAListThatWasCancelledMeanwhile_isLetGoAgain() {
    backfill.fail(3);
    BackfillTools tools = backfill.tools(bench.watchedLedger, () -> {});
    stuck.addAll(keys(3));
    Engine engine = backfill.engine(refusing);
    assertThrows(
        OutcomeUnknownException.class, () -> engine.backfilling().plan(NAME, FAILED_ONES, CAROL));
    BackfillRecord seen = tools.book().get(NAME);
    assertEquals(BackfillPhase.HOLDING, seen.phase());
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    tickFor(Duration.ofMinutes(1), backfill.node(bench.watchedLedger));
    assertEquals(BackfillPhase.CANCELLED, new BackfillFreeze(tools).step(seen).phase());
    backfill.assertHeldBy("", keys(3));
    assertEquals(0, backfill.progress().counts().planned());
  }

  @Test
  void idThatCouldNotBeHeldAndCanBe_isPlannedWithTheOthers() {
    backfill.fail(20);
    stuck.add(key(10));
    Engine engine = backfill.engine(refusing);
    assertThrows(
        OutcomeUnknownException.class, () -> engine.backfilling().plan(NAME, FAILED_ONES, CAROL));
    Backfiller node = backfill.node(refusing);
    tickFor(Duration.ofMinutes(2), node);
    stuck.clear();
    tickFor(Duration.ofMinutes(1), node);
    assertEquals(BackfillPhase.FROZEN, backfill.progress().phase());
    backfill.backfills().decide(NAME, Backfilling.Decided.START, CAROL, false);
    backfill.toItsEnd(node);
    backfill.checkS11(keys(20));
  }

  @Test
  void listThatNobodyCanGoOnWith_isToldAndItsEndToo() {
    backfill.fail(3);
    planThatDies(NAME, FAILED_ONES);
    AtomicBoolean fails = new AtomicBoolean(true);
    Backfiller node =
        backfill.node(
            new FaultingLedger(
                bench.watchedLedger,
                call ->
                    fails.get() && call.method().equals("scan")
                        ? new Fault.FailBefore()
                        : Fault.NONE));
    tickFor(Duration.ofMinutes(31), node);
    assertEquals(1, count("BACKFILL_STALLED"));
    String told = bench.alert("BACKFILL_STALLED").message();
    assertTrue(told.contains("it is LISTING") && told.contains("nothing of it is held"), told);
    fails.set(false);
    tickFor(Duration.ofMinutes(2), node);
    assertEquals(BackfillPhase.FROZEN, backfill.progress().phase());
    assertEquals(1, count("BACKFILL_MOVING"));
  }

  @Test
  void cancellationThatCannotLetGoOfAnId_isToldAndItsEndToo() {
    backfill.fail(20);
    backfill.backfills().plan(NAME, FAILED_ONES, CAROL);
    bench.time.advance(Duration.ofDays(1));
    stuck.add(key(10));
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    Backfiller node = backfill.node(refusing);
    tickFor(Duration.ofMinutes(20), node);
    assertEquals(0, count("BACKFILL_STALLED"));
    tickFor(Duration.ofMinutes(15), node);
    assertEquals(1, count("BACKFILL_STALLED"));
    String told = bench.alert("BACKFILL_STALLED").message();
    assertTrue(told.contains("CANCELLING") && told.contains(key(10).toString()), told);
    stuck.clear();
    tickFor(Duration.ofMinutes(1), node);
    assertEquals(BackfillPhase.CANCELLED, backfill.progress().phase());
    assertEquals(1, count("BACKFILL_MOVING"));
    backfill.assertHeldBy("", keys(20));
  }

  @Test
  void givenIdsThatTakeLongToWrite_areNoListThatStandsStill() {
    backfill.fail(20);
    planThatDies(NAME, BackfillOrder.of(IncidentQuery.ALL).among(new TreeSet<>(keys(20))));
    Backfiller node = backfill.node(bench.watchedLedger);
    BackfillTools tools =
        backfill.tools(
            refusing,
            () -> {
              bench.time.advance(Duration.ofMinutes(20));
              node.tick();
            });
    BackfillRecord seen = tools.book().get(NAME);
    assertEquals(BackfillPhase.COLLECTING, seen.phase());
    BackfillRecord after = new BackfillFreeze(tools).collect(seen, new TreeSet<>(keys(20)));
    assertEquals(BackfillPhase.HOLDING, after.phase());
    assertEquals(0, count("BACKFILL_STALLED"));
    assertTrue(after.motion().moved().isAfter(seen.last().at().plus(BackfillConditions.STALLED)));
  }
}
