package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.FAILED_ONES;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.key;
import static dev.ingest.core.engine.BackfillBench.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillPace;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.BackfillProgress.Counts;
import dev.ingest.core.Beat;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.LedgerException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Ids of which something is not known once their backfill runs, and what is done of the others. */
final class BackfillDoubtsTest {

  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final Act BACKFILL = new Act("backfill/" + NAME, "the incident of March");

  private final BackfillBench backfill = new BackfillBench();
  private final Bench bench = backfill.bench;
  private final RefusingLedger refusing = new RefusingLedger(bench.watchedLedger, 5);

  /** Of which the history cannot be read. */
  private final Set<SequenceKey> unread = new TreeSet<>();

  private final class Unreading extends ForwardedStarter {

    Unreading(RunStarter starter) {
      super(starter);
    }

    private void read(Entry entry) {
      if (unread.contains(entry.key())) {
        throw new LedgerException("this row cannot be read");
      }
    }

    @Override
    public Optional<Integer> started(Entry entry, Act by) {
      read(entry);
      return super.started(entry, by);
    }

    @Override
    public End look(Entry entry, int epoch, String backfill) {
      read(entry);
      return super.look(entry, epoch, backfill);
    }
  }

  /** Lets a node tick, whatever it throws, and all others work. */
  private void tickFor(Duration lasts, Backfiller node) {
    for (long ticks = lasts.dividedBy(LOOK); ticks > 0; ticks--) {
      tick(node);
      bench.run(backfill.engine);
      bench.time.advance(LOOK);
    }
  }

  private void tick(Backfiller node) {
    try {
      node.tick();
    } catch (IncompleteTickException e) {
      bench.caught.add(e);
    }
  }

  /** What may be under way at a time grows look by look. */
  private void startAll(Backfiller node) {
    for (int look = 0; look < 12; look++) {
      tick(node);
      bench.time.advance(Duration.ofMillis(500));
    }
  }

  private long count(String code) {
    return bench.alertCodes().stream().filter(code::equals).count();
  }

  /** Whoever drives the others is at work. */
  private void assertNotSilent() {
    Instant now = bench.ledger.ledger().now();
    Beat beat =
        Beats.of(bench.ledger).stream()
            .filter(one -> one.watcher().equals("backfiller"))
            .findFirst()
            .orElseThrow();
    assertFalse(beat.isSilent(now), beat::toString);
    assertTrue(beat.beats() > 10, beat::toString);
  }

  private void assertOthersHeldBy(String actor, SequenceKey one) {
    Set<SequenceKey> others = keys(20);
    others.remove(one);
    backfill.assertHeldBy(actor, others);
  }

  private void assertStalledBy(SequenceKey key, String why) {
    assertEquals(1, count("BACKFILL_STALLED"));
    String told = bench.alert("BACKFILL_STALLED").message();
    assertTrue(told.contains(key.toString()) && told.contains(why), told);
  }

  private void assertEnds(Backfiller node, BackfillPhase phase) {
    tickFor(Duration.ofMinutes(3), node);
    assertEquals(phase, backfill.progress().phase());
    assertEquals(1, count("BACKFILL_MOVING"));
    backfill.checkS11(keys(20));
    backfill.assertHeldBy("", keys(20));
  }

  @Test
  void runWhoseEndCannotBeRead_holdsUpNoOtherAndIsTold() {
    backfill.fail(20);
    backfill.planAndStart(FAILED_ONES.at(new BackfillPace(1_000, 3)));
    unread.add(key(4));
    // That it was not started is read before it is.
    Backfiller node =
        backfill.node(
            bench.watchedLedger,
            starter ->
                new ForwardedStarter(new Unreading(starter)) {
                  @Override
                  public Optional<Integer> started(Entry entry, Act by) {
                    return starter.started(entry, by);
                  }
                });
    tickFor(Duration.ofMinutes(2), node);
    assertEquals(new Counts(20, 19, 0, 1, 1, 0), backfill.progress().counts());
    tickFor(Duration.ofMinutes(5), node);
    assertNotSilent();
    assertTrue(bench.caught.size() > 10, "each look in vain is told to the listener");
    tickFor(Duration.ofMinutes(30), node);
    assertStalledBy(key(4), "this row cannot be read");
    unread.clear();
    assertEnds(node, BackfillPhase.COMPLETE);
    backfill.assertEachStartedOnce(keys(20));
  }

  @Test
  void manyRunsWhoseEndsCannotBeRead_hideNoOther() {
    backfill.fail(60);
    backfill.planAndStart(FAILED_ONES.at(new BackfillPace(1_000, 60)));
    startAll(backfill.node(bench.watchedLedger));
    bench.time.advance(Duration.ofMinutes(1));
    assertEquals(60, backfill.progress().counts().running());
    unread.addAll(new ArrayList<>(keys(60)).subList(0, 50));
    tickFor(Duration.ofMinutes(1), backfill.node(bench.watchedLedger, Unreading::new));
    assertEquals(10, backfill.progress().counts().done());
  }

  @Test
  void runThatWhoTakesOverCannotRead_holdsUpNoOtherAndIsStartedOnce() {
    backfill.fail(20);
    backfill.planAndStart(FAILED_ONES);
    Backfiller before = backfill.node(bench.watchedLedger);
    before.tick();
    before.release();
    SequenceKey first = keys(20).iterator().next();
    assertEquals(1, backfill.starts(first));
    unread.add(first);
    Backfiller after = backfill.node(bench.watchedLedger, Unreading::new);
    tickFor(Duration.ofMinutes(2), after);
    assertEquals(new Counts(20, 19, 0, 1, 0, 0), backfill.progress().counts());
    assertEquals(BackfillPhase.RUNNING, backfill.progress().phase());
    tickFor(Duration.ofMinutes(35), after);
    assertStalledBy(first, "this row cannot be read");
    unread.clear();
    assertEnds(after, BackfillPhase.COMPLETE);
    backfill.assertEachStartedOnce(keys(20));
  }

  /** As where a newer release wrote what this node's cannot read. */
  @Test
  void nodeForWhichNothingMovesAtAll_leavesTheTurnToAnother() {
    backfill.fail(20);
    backfill.planAndStart(FAILED_ONES);
    unread.addAll(keys(20));
    Backfiller old = backfill.node(bench.watchedLedger, Unreading::new);
    Backfiller other = backfill.node(bench.watchedLedger);
    tick(old);
    for (Duration passed = Duration.ZERO;
        passed.compareTo(Duration.ofMinutes(10)) < 0;
        passed = passed.plus(LOOK)) {
      tick(old);
      tick(other);
      bench.run(backfill.engine);
      bench.time.advance(LOOK);
    }
    assertEquals(BackfillPhase.COMPLETE, backfill.progress().phase());
    assertEquals(0, count("BACKFILL_STALLED"));
  }

  /** Nothing of it moves, and nobody would be told that its raw bytes are not held. */
  @Test
  void holdsThatCannotBePlacedOfOneThatIsPaused_areNoBeat() {
    backfill.fail(20);
    backfill.planAndStart(FAILED_ONES);
    backfill.backfills().decide(NAME, Backfilling.Decided.PAUSE, CAROL, false);
    Backfiller node = backfill.node(refusing.store());
    tick(node);
    keys(20).forEach(key -> backfill.apply(key, new Event.HoldReleased(BACKFILL)));
    refusing.addAll(keys(20));
    bench.time.advance(LOOK);
    assertThrows(IncompleteTickException.class, node::tick);
  }

  @Test
  void moreStartsThanAMinuteHasThatAreNotKnown_hideNoneBehindThem() {
    backfill.fail(310);
    List<SequenceKey> inOrder = new ArrayList<>(keys(310));
    Set<SequenceKey> broken = new TreeSet<>(inOrder.subList(0, 300));
    backfill.planAndStart(FAILED_ONES);
    Backfiller node =
        backfill.node(
            bench.watchedLedger,
            starter ->
                new ForwardedStarter(starter) {
                  @Override
                  public Supplier<Start> begin(
                      Entry seen, String pipeline, String name, Act by, Instant now) {
                    if (broken.contains(seen.key())) {
                      throw new IllegalStateException("cannot be begun");
                    }
                    return super.begin(seen, pipeline, name, by, now);
                  }
                });
    tickFor(Duration.ofMinutes(4), node);
    assertEquals(10, backfill.progress().counts().done());
    broken.clear();
    assertEquals(BackfillPhase.COMPLETE, backfill.toItsEnd(node).phase());
  }

  @Test
  void idThatCannotBeHeldAnew_holdsUpNoOther() {
    backfill.fail(20);
    backfill.planAndStart(FAILED_ONES.at(new BackfillPace(1_000, 20)));
    Backfiller node = backfill.node(refusing.store());
    startAll(node);
    assertEquals(20, backfill.progress().counts().running());
    keys(20).forEach(key -> backfill.apply(key, new Event.HoldReleased(BACKFILL)));
    refusing.add(key(7));
    tick(node);
    assertOthersHeldBy("backfill/" + NAME, key(7));
    backfill.assertHeldBy("", Set.of(key(7)));
  }

  @Test
  void idThatWaitsAndCannotBeHeldAnew_keepsNoneBehindItFromBeingHeldAnew() {
    backfill.fail(20);
    backfill.planAndStart(FAILED_ONES);
    backfill.backfills().decide(NAME, Backfilling.Decided.PAUSE, CAROL, false);
    Backfiller node = backfill.node(refusing.store());
    tick(node);
    keys(20).forEach(key -> backfill.apply(key, new Event.HoldReleased(BACKFILL)));
    SequenceKey first = keys(20).iterator().next();
    refusing.add(first);
    tickFor(Duration.ofMinutes(1), node);
    assertOthersHeldBy("backfill/" + NAME, first);
  }

  @Test
  void idThatFailedAndCannotBeHeldAnew_keepsNoneBehindItFromBeingHeldAnew() {
    backfill.fail(20);
    backfill.poisoned.addAll(keys(20));
    backfill.planAndStart(FAILED_ONES);
    Backfiller node = backfill.node(refusing.store());
    tickFor(Duration.ofMinutes(1), node);
    assertEquals(BackfillPhase.INCOMPLETE, backfill.progress().phase());
    keys(20).forEach(key -> backfill.apply(key, new Event.HoldReleased(BACKFILL)));
    SequenceKey first = keys(20).iterator().next();
    refusing.add(first);
    tickFor(Duration.ofMinutes(10), node);
    assertOthersHeldBy("backfill/" + NAME, first);
  }

  @Test
  void idThatCannotBeLetGoOfAtTheEnd_keepsNoneBehindItHeldAndIsTold() {
    backfill.fail(20);
    backfill.planAndStart(FAILED_ONES.at(new BackfillPace(1_000, 20)));
    Backfiller node = backfill.node(refusing.store());
    startAll(node);
    bench.run(backfill.engine);
    // None is let go of as its run ends.
    refusing.addAll(keys(20));
    tick(node);
    bench.time.advance(LOOK);
    tick(node);
    assertEquals(BackfillPhase.ENDING, backfill.progress().phase());
    backfill.assertHeldBy("backfill/" + NAME, keys(20));
    refusing.clear();
    SequenceKey first = keys(20).iterator().next();
    refusing.add(first);
    tickFor(Duration.ofMinutes(1), node);
    assertOthersHeldBy("", first);
    backfill.assertHeldBy("backfill/" + NAME, Set.of(first));
    assertEquals(BackfillPhase.ENDING, backfill.progress().phase());
    tickFor(Duration.ofMinutes(5), node);
    assertNotSilent();
    tickFor(Duration.ofMinutes(30), node);
    assertStalledBy(first, RefusingLedger.WHY);
    refusing.clear();
    assertEnds(node, BackfillPhase.COMPLETE);
  }

  @Test
  void idThatCannotBeLetGoOfWhenItIsCancelled_keepsNoneBehindItHeld() {
    backfill.fail(20);
    backfill.backfills().plan(NAME, FAILED_ONES, CAROL);
    SequenceKey first = keys(20).iterator().next();
    refusing.add(first);
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    Backfiller node = backfill.node(refusing.store());
    tickFor(Duration.ofMinutes(1), node);
    assertOthersHeldBy("", first);
    assertEquals(BackfillPhase.CANCELLING, backfill.progress().phase());
    refusing.clear();
    tickFor(Duration.ofMinutes(1), node);
    assertEquals(BackfillPhase.CANCELLED, backfill.progress().phase());
    backfill.assertHeldBy("", keys(20));
  }
}
