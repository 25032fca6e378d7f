package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Work on a sequence while the store does not show some of what it has. */
final class OutOfSightTest {

  private final Bench bench = new Bench();
  private final Hiding store = new Hiding();
  private final Engine engine =
      bench.engine(bench.watchedLedger, store.over(bench.watchedContent), Bench.copying());

  private void submit() {
    Bench.submit(engine, RIDE, "a", "x", "b", "y");
  }

  private static Predicate<String> in(String area) {
    return place -> place.equals(area) || place.startsWith(area + "/");
  }

  private void runFor(Duration time) {
    for (Duration left = time; !left.isNegative(); left = left.minusMinutes(2)) {
      bench.run(engine);
      bench.time.advance(Duration.ofMinutes(2));
    }
  }

  private String failure() {
    return bench.entry(RIDE).standing().failure().orElseThrow().message();
  }

  @Test
  void anInputThatIsOutOfSightOnce_isReadAtTheNextAttempt() {
    submit();
    store.hideOnce(in("raw"));
    runFor(Duration.ofMinutes(10));
    assertTrue(store.hasAnsweredWrong());
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(List.of(), bench.alertCodes());
    bench.checkInvariants();
  }

  @Test
  void anInputThatStaysAway_failsAfterItsAttempts() {
    submit();
    store.hide(in("raw"));
    runFor(Duration.ofHours(6));
    assertEquals(State.FAILED, bench.state(RIDE));
    assertTrue(failure().contains("is missing"), this::failure);
    assertTrue(bench.alertCodes().contains("SEQUENCE_FAILED"));
    bench.checkInvariants();
  }

  @Test
  void aCandidateThatIsOutOfSightOnce_isLookedAtAgain() {
    submit();
    engine.worker().tick();
    bench.runTasks();
    store.hideOnce(in("run"));
    bench.run(engine);
    assertTrue(store.hasAnsweredWrong());
    assertEquals(State.VERIFIED, bench.state(RIDE));
    assertEquals(List.of(), bench.alertCodes());
  }

  @Test
  void aCandidateThatIsOutOfSightForAWhile_isVerifiedAfterwards() {
    submit();
    engine.worker().tick();
    bench.runTasks();
    store.hide(in("run"));
    bench.run(engine);
    assertEquals(State.PROCESSED, bench.state(RIDE));
    assertEquals(List.of("VERIFICATION_UNKNOWN"), bench.alertCodes());
    store.showAll();
    runFor(Duration.ofMinutes(10));
    assertEquals(State.VERIFIED, bench.state(RIDE));
    bench.checkInvariants();
  }

  @Test
  void aCandidateThatStaysAway_failsAfterItsAttempts() {
    submit();
    engine.worker().tick();
    bench.runTasks();
    store.hide(in("run"));
    runFor(Duration.ofHours(6));
    assertEquals(State.FAILED, bench.state(RIDE));
    assertTrue(failure().contains("RESULT_MISSING"), this::failure);
    bench.checkInvariants();
  }
}
