package dev.ingest.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The exploration of the lifecycle. Without a bound on the acts one sequence has all its situations
 * explored; two of them together have all those that need one act ({@code
 * -Dingest.exploration.acts=N} sets another number; 3, which reach every edge, take ten times as
 * long as 2).
 */
@Tag("programme")
class LifecycleExplorationTest {

  private static final int ACTS = Integer.getInteger("ingest.exploration.acts", 1);
  private static final int ALL_EDGES = 3;

  private final LifecycleExploration exploration = new LifecycleExploration();

  @Test
  void oneSequence_reachesEveryStateAndEdge() {
    exploration.ofOneSequence();
    report("1 sequence, 2 workers, any number of acts");
    assertComplete();
  }

  @Test
  void twoSequences_reachWhatSoManyActsReach() {
    exploration.ofTwoSequences(ACTS);
    report("2 sequences, 2 workers, up to " + ACTS + " acts");
    if (ACTS >= ALL_EDGES) {
      assertComplete();
    }
    assertTrue(exploration.fenced() > 0, "stale workers tried to commit");
  }

  private void assertComplete() {
    assertEquals(Set.of(), exploration.differences());
    assertTrue(exploration.fenced() > 0, "stale workers tried to commit");
  }

  @SuppressWarnings("SystemOut") // the counts are what the programme reports
  private void report(String what) {
    LifecycleModel model = exploration.model();
    System.out.printf(
        "%s: %,d states, %,d transitions, %,d refused as fenced; %,d entries, %,d decisions, %d"
            + " edges%n",
        what,
        exploration.states(),
        exploration.transitions(),
        exploration.fenced(),
        model.size(),
        model.decisions(),
        model.edges().size());
  }
}
