package dev.ingest.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.engine.Engine;
import dev.ingest.core.invariants.InvariantViolation;
import dev.ingest.core.invariants.Invariants;
import dev.ingest.core.invariants.Witness;
import dev.ingest.core.lifecycle.Decision;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.HistoryChain;
import dev.ingest.core.lifecycle.Lifecycle;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.testkit.fault.FaultPlan;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** S4 fires where a hold is not that which the history has placed and not ended. */
class HoldInvariantsTest {

  private static final Event.Act CAROL = new Event.Act("carol", "a reason");
  private static final Event DISCARD = new Event.DiscardDecided(Event.Ground.ERASURE, CAROL);

  private final Bench bench = new Bench();
  private final Engine engine = bench.engine("node", new FaultPlan());

  @BeforeEach
  void oneVerifiedSequence() {
    bench.submit(engine);
    bench.work(engine);
    bench.look();
  }

  private Optional<Hold> by(String actor) {
    return Optional.of(new Hold(actor, "why", bench.time.instant()));
  }

  private void hold(String actor) {
    apply(new Event.HoldPlaced(by(actor).orElseThrow()), by(actor));
  }

  /** Commits what an event makes of the entry, but for the hold, which becomes another one. */
  private void apply(Event event, Optional<Hold> hold) {
    Entry before = bench.entry();
    Decision decision = Lifecycle.decide(before, event, bench.time.instant());
    Transition sound =
        HistoryChain.link(
            (Decision.Change) decision,
            new Guard.AtVersion(before.version()),
            Optional.of(before.state()),
            TransitionId.ofBits(7, before.version()),
            bench.time.instant(),
            "node");
    Transition made =
        new Transition(
            sound.guard(),
            held(sound.after(), hold),
            sound.lease(),
            sound.row(),
            sound.alerts(),
            sound.notice());
    assertTrue(bench.rawLedger.ledger().commit(List.of(made)).get(0).isApplied());
  }

  private static Entry held(Entry entry, Optional<Hold> hold) {
    return entry.withStanding(entry.standing().withHold(hold));
  }

  private void check() {
    bench.invariants.check(List.of(Bench.KEY));
  }

  private void assertFires(String expected, String actual) {
    InvariantViolation violation = assertThrows(InvariantViolation.class, this::check);
    assertEquals("S4 Expiry guard", violation.invariant(), violation::getMessage);
    String message = String.valueOf(violation.getMessage());
    assertTrue(message.contains(expected) && message.contains(actual), message);
  }

  @Test
  void holdThatIsPlaced_isThere() {
    hold("dan");
    check();
    apply(DISCARD, by("dan"));
    check();
  }

  @Test
  void holdOfAPersonThatADiscardEnds_firesS4() {
    hold("dan");
    check();
    apply(DISCARD, Optional.empty());
    assertFires("a hold of dan", "nobody");
  }

  @Test
  void holdThatIsPlacedAndNotThere_firesS4() {
    apply(new Event.HoldPlaced(by("dan").orElseThrow()), Optional.empty());
    assertFires("a hold of dan", "nobody");
  }

  @Test
  void holdThatBecomesAnothers_firesS4() {
    hold("dan");
    apply(new Event.DamageFound(new Failure("X", Optional.empty(), "x"), false), by("eve"));
    assertFires("a hold of dan", "eve");
  }

  @Test
  void holdOfAPersonThatNobodyPlaced_firesS4() {
    apply(DISCARD, by("dan"));
    assertFires("a hold of nobody", "dan");
  }

  /** As earlier versions do; that there are no raw bytes to hold is for S11. */
  @Test
  void holdOfABackfillThatADiscardLeaves_isNotForS4() {
    hold("backfill/march");
    check();
    apply(DISCARD, by("backfill/march"));
    check();
  }

  /** Where all of the history is new. */
  @Test
  void holdThatIsForgotten_firesS4WhoeverLooksFirst() {
    hold("dan");
    apply(DISCARD, Optional.empty());
    Invariants fresh = new Invariants(bench.rawLedger, bench.rawContent, new Witness());
    assertEquals(
        "S4 Expiry guard",
        assertThrows(InvariantViolation.class, () -> fresh.check(List.of(Bench.KEY))).invariant());
  }
}
