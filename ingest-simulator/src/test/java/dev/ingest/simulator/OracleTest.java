package dev.ingest.simulator;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SequenceKey;
import org.junit.jupiter.api.Test;

/** What the judge of a run remembers. */
final class OracleTest {

  private static final SequenceKey KEY = SequenceKey.of("owner", "ride");

  private final Oracle oracle =
      new World(Scenario.of(1, Simulate.SEQUENCES), Sabotage.NONE, null).oracle();

  /** As in seed 73433 of a day: it is committed to the ledger that was restored meanwhile. */
  @Test
  void discardThatIsUnderWayAtARestoration_wasAskedFor() {
    Oracle.Seen before = oracle.seen();
    oracle.whileGivingUp(KEY, Event.Ground.ERASURE, () -> oracle.goBack(before));
    assertTrue(oracle.isErased(KEY));
  }

  @Test
  void discardThatHasEndedBefore_isAskedForNoLonger() {
    Oracle.Seen before = oracle.seen();
    oracle.whileGivingUp(KEY, Event.Ground.ERASURE, () -> {});
    assertTrue(oracle.isErased(KEY));
    oracle.goBack(before);
    assertFalse(oracle.isErased(KEY), "the ledger knows nothing of it");
  }
}
