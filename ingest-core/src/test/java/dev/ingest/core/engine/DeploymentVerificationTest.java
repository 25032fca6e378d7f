package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Expectation;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.Verdict;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Two versions of a pipeline beside each other, of which the newer refuses the older's results. */
final class DeploymentVerificationTest {

  private final Bench bench = new Bench();
  private final Engine old =
      bench.engine(
          Pipeline.named("photos").stage(Stage.copy()).expect(Expectation.onePerItem()).build());
  private final Engine renewed =
      bench.engine(
          Pipeline.named("photos")
              .stage(Stage.copy())
              .stage(Stage.perItem("crop", 1, (item, context) -> {}))
              .expect(evidence -> Verdict.fail("not cropped"))
              .build());

  private void process() {
    Bench.submit(old, RIDE, "a", "x");
    old.worker().tick();
    bench.runTasks();
    assertEquals(State.PROCESSED, bench.state(RIDE));
  }

  @Test
  void whatTheOtherVersionMade_isLeftToIt() {
    process();
    bench.run(renewed);
    assertEquals(State.PROCESSED, bench.state(RIDE));
    assertTrue(bench.kinds(RIDE).contains(TransitionKind.VERIFICATION_UNKNOWN));
    bench.time.advance(Duration.ofMinutes(1));
    bench.run(old);
    assertEquals(State.VERIFIED, bench.state(RIDE));
    bench.checkInvariants();
  }

  @Test
  void whatNoneTakes_failsWhenItsAttemptsAreSpent() {
    process();
    for (int i = 0; i < 10; i++) {
      bench.run(renewed);
      bench.time.advance(Duration.ofMinutes(1));
    }
    assertEquals(State.FAILED, bench.state(RIDE));
    Failure failure = bench.entry(RIDE).standing().failure().orElseThrow();
    assertEquals("EXPECTATION_FAILED", failure.code());
    assertTrue(failure.message().contains("begun under plan"), failure::message);
    bench.checkInvariants();
  }
}
