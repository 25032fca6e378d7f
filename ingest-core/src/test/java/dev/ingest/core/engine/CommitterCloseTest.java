package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.EngineListener;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node that ends waits for what it commits for a bounded time in all. */
final class CommitterCloseTest {

  private final Bench bench = new Bench();
  private final SteppedCommits first = new SteppedCommits();
  private final SteppedCommits second = new SteppedCommits();

  private void close(Duration longest, Duration taken) {
    first.beside = second;
    first.meanwhile = () -> bench.time.advance(taken);
    bench.commits = first;
    Node node = bench.node(bench.ledger, bench.content);
    new Committer(node, new Supervisor(EngineListener.NONE)).close(longest);
  }

  @Test
  void whatGoesBeside_hasTheRestOfTheTime() {
    bench.time.advance(Duration.ofHours(1));
    close(Duration.ofSeconds(10), Duration.ofSeconds(4));
    assertEquals(List.of(Duration.ofSeconds(10)), first.lingers);
    assertEquals(List.of(Duration.ofSeconds(6)), second.lingers);
  }

  @Test
  void timeThatIsOver_isWaitedForNoLonger() {
    close(Duration.ofSeconds(10), Duration.ofSeconds(11));
    assertEquals(List.of(Duration.ZERO), second.lingers);
  }
}
