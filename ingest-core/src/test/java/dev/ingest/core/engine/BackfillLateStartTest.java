package dev.ingest.core.engine;

import static dev.ingest.core.engine.BackfillBench.CAROL;
import static dev.ingest.core.engine.BackfillBench.NAME;
import static dev.ingest.core.engine.BackfillBench.PACE;
import static dev.ingest.core.engine.BackfillBench.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.BackfillOrder;
import dev.ingest.core.BackfillPhase;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.core.lifecycle.SideRunEvent;
import dev.ingest.core.report.IncidentQuery;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.RunKind;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A node that stood still, and starts a run of a backfill that was cancelled meanwhile. */
final class BackfillLateStartTest {

  private final BackfillBench backfill = new BackfillBench();
  private final Bench bench = backfill.bench;
  private final Backfiller node = backfill.node(bench.watchedLedger);

  private void start(SequenceKey key, Optional<String> name, Event.Act by) {
    backfill.apply(
        key,
        new SideRunEvent.Started(
            RunKind.REPLACEMENT,
            backfill.good.ref(),
            backfill.good.stages().get(0).ref(),
            name,
            by));
  }

  /** Plans one of what a person holds, and cancels it before anything was started. */
  private Event.Act cancelled() {
    for (int i = 0; i < 3; i++) {
      backfill.verify(key(i));
      backfill.apply(
          key(i), new Event.HoldPlaced(new Hold("carol", "a dispute", bench.time.instant())));
    }
    backfill.planAndStart(BackfillOrder.of(IncidentQuery.ALL).at(PACE));
    backfill.backfills().decide(NAME, Backfilling.Decided.CANCEL, CAROL, false);
    Event.Act self = new BackfillBook(bench.ledger).get(NAME).self();
    long before = bench.entry(key(0)).version();
    backfill.drive(node, BackfillPhase.CANCELLED);
    assertEquals(before, bench.entry(key(0)).version(), "a person's hold is left alone");
    return self;
  }

  @Test
  void aStartAfterTheCancellation_isEndedWithinAMinuteAndOthersGoOn() {
    Event.Act self = cancelled();
    bench.time.advance(Duration.ofSeconds(10));
    node.tick();
    start(key(0), Optional.of(NAME), self);
    start(key(1), Optional.empty(), CAROL);
    start(key(2), Optional.of("another"), CAROL);
    for (int second = 0; second < 90; second += 10) {
      bench.time.advance(Duration.ofSeconds(10));
      node.tick();
    }
    assertTrue(bench.entry(key(0)).beside().run().isEmpty(), "nobody wants it any more");
    List<TransitionKind> kinds = bench.kinds(key(0));
    assertEquals(TransitionKind.SIDE_RUN_CANCELLED, kinds.get(kinds.size() - 1));
    assertEquals(1, bench.entry(key(0)).published().orElseThrow().epoch());
    assertTrue(bench.entry(key(1)).beside().run().isPresent(), "a person's");
    assertTrue(bench.entry(key(2)).beside().run().isPresent(), "another backfill's");
    assertEquals(List.of(), bench.caught);
    bench.checkInvariants();
  }

  /** More than are kept in memory, each with a name before the one that is started late. */
  @Test
  void aStartAfterTheCancellation_isEndedAlsoBehindAThousandThatAreCancelled() {
    Event.Act self = cancelled();
    BackfillBook book = new BackfillBook(bench.ledger);
    BackfillRecord one = book.get(NAME);
    for (int i = 0; i < 1_000; i++) {
      String name = "0-before-%04d".formatted(i);
      assertTrue(name.compareTo(NAME) < 0);
      assertTrue(
          book.create(
              new BackfillRecord(
                  name,
                  one.phase(),
                  one.order(),
                  one.last(),
                  one.list(),
                  one.tally(),
                  one.motion(),
                  one.seal())));
    }
    start(key(0), Optional.of(NAME), self);
    for (int second = 0; second < 90; second += 10) {
      bench.time.advance(Duration.ofSeconds(10));
      node.tick();
    }
    assertTrue(bench.entry(key(0)).beside().run().isEmpty(), "nobody wants it any more");
    assertEquals(List.of(), bench.caught);
  }
}
