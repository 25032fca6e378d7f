package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.SequenceKey;
import org.junit.jupiter.api.Test;

/** A node is idle once nothing is left that it could work on. */
final class IdlenessTest {

  private final Bench bench = new Bench();
  private final Engine engine = bench.engine(Bench.copying());

  private boolean isIdle(Pipeline... pipelines) {
    return new Idleness(bench.node(bench.ledger, bench.content, pipelines)).isIdle();
  }

  private void submit(int count) {
    for (int i = 0; i < count; i++) {
      Bench.submit(engine, SequenceKey.of("alice", "ride-" + i), "a", "x");
    }
  }

  @Test
  void nothingInFlight_isIdle() {
    assertEquals(true, isIdle(Bench.copying()));
    submit(1);
    assertEquals(false, isIdle(Bench.copying()));
    bench.run(engine);
    assertEquals(true, isIdle(Bench.copying()));
  }

  @Test
  void workOfOtherPipelinesAndStages_isLeftToOthers() {
    submit(1);
    assertEquals(true, isIdle());
    Stage other = Stage.perItem("other", 1, (item, context) -> {});
    assertEquals(true, isIdle(Bench.pipeline(other)));
  }

  @Test
  void workAfterAThousandOfOthers_isFound() {
    submit(1_000);
    Engine movies = bench.engine(RouteBench.named("movies", Stage.copy()));
    Bench.submit(movies, SequenceKey.of("bob", "ride"), "a", "x");
    assertEquals(false, isIdle(RouteBench.named("movies", Stage.copy())));
    assertEquals(true, isIdle(RouteBench.named("photos", Stage.copy())));
  }
}
