package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.Permit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a deletion is said to be complete, and when it does not even begin. */
final class DeletionTest {

  private static final Deletion.Ground GROUND =
      new Deletion.Ground(Permit.Reason.DISCARD, RIDE, "a commit");

  private final Care care = new Care();
  private final Bench bench = care.bench;
  private final List<Permit> asked = new ArrayList<>();
  private final ContentPurger unsure =
      permit -> {
        asked.add(permit);
        return List.of(Outcome.APPLIED, new Outcome.Unknown(new IllegalStateException("lost")));
      };

  @BeforeEach
  void submit() {
    Bench.submit(care.engine, RIDE, "a", "x");
  }

  private ContentPrefix raw() {
    return KeyLayout.part(RIDE, bench.entry(RIDE).raw(), 0);
  }

  private Permit permit() {
    List<ContentKey> keys = bench.content.keys();
    return new Permit(Permit.Reason.DISCARD, RIDE, "a commit", raw(), keys);
  }

  private Deletion deletion(boolean goesOn, ContentPurger purger) {
    Node node = bench.node(bench.ledger, bench.content);
    Seams seams = node.seams();
    Seams bent =
        new Seams(
            seams.clock(),
            seams.randomBits(),
            seams.tasks(),
            wait -> goesOn,
            Runnable::run,
            seams.commits(),
            seams.elapsed());
    return new Deletion(Bench.with(node, bent), purger);
  }

  @Test
  void keyOfWhichNothingIsKnown_isNotCalledDeleted() {
    Deletion deletion = deletion(true, unsure);
    assertIncomplete("is not complete", () -> deletion.below(raw(), GROUND, key -> true));
    assertIncomplete("is not complete", () -> deletion.exactly(permit()));
    assertEquals(List.of(permit(), permit()), asked);
  }

  @Test
  void nodeThatStops_deletesNothingMore() {
    Deletion deletion = deletion(false, unsure);
    assertIncomplete("stop", () -> deletion.below(raw(), GROUND, key -> true));
    assertIncomplete("stop", () -> deletion.exactly(permit()));
    assertEquals(List.of(), asked);
  }

  @Test
  void nothingCondemned_needsNoPermit() {
    deletion(true, unsure).below(raw(), GROUND, key -> false);
    assertEquals(List.of(), asked);
  }

  private static void assertIncomplete(String words, Runnable work) {
    IncompleteTickException incomplete = assertThrows(IncompleteTickException.class, work::run);
    assertTrue(String.valueOf(incomplete.getMessage()).contains(words), incomplete::toString);
  }
}
