package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.LedgerException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The pauses between attempts. */
final class RetriesTest {

  private final Bench bench = new Bench();
  private final List<Long> waits = new ArrayList<>();

  @Test
  void pausesUnderALease_doubleUpToASecondAndNoFurther() {
    Node plain = bench.node(bench.ledger, bench.content);
    Seams seams = plain.seams();
    Node node =
        Bench.with(
            plain,
            new Seams(
                seams.clock(),
                seams.randomBits(),
                seams.tasks(),
                wait -> {
                  waits.add(wait.toMillis());
                  return true;
                }));
    HeldLeases.Grip grip =
        new HeldLeases(node).hold(RIDE, new LeaseToken(bench.ledger.incarnation(), 1), 0);
    int[] calls = {0};
    int answer =
        Retries.whileHeld(
            node,
            "a call",
            grip,
            () -> {
              if (++calls[0] < 10) {
                throw new LedgerException("the ledger is out");
              }
              return calls[0];
            });
    assertEquals(10, answer);
    assertEquals(List.of(20L, 40L, 80L, 160L, 320L, 640L, 1_000L, 1_000L, 1_000L), waits);
  }
}
