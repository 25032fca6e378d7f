package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.TimePolicy;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How a pass goes through what is due, and begins anew. */
final class DuePassTest {

  private final Care care = new Care();
  private final Bench bench = care.bench;
  private final DuePass pass =
      new DuePass(bench.ledger.ledger(), DueQuery.of(DueQuery.Kind.EXPIRY, Duration.ZERO, 200));

  private static SequenceKey ride(int number) {
    return SequenceKey.of("alice", "ride-" + number);
  }

  private List<SequenceKey> page(int limit) {
    return pass.page(limit).stream().map(Entry::key).toList();
  }

  @Test
  void whatStaysDue_isSeenOncePerPass() {
    for (int i = 0; i < 4; i++) {
      care.verified(ride(i));
      bench.time.advance(Duration.ofMillis(1));
    }
    bench.time.advance(TimePolicy.DEFAULT.timeToLive());
    List<SequenceKey> all = IntStream.range(0, 4).mapToObj(DuePassTest::ride).toList();
    for (int round = 0; round < 2; round++) {
      assertEquals(all.subList(0, 3), page(3));
      assertEquals(all.subList(3, 4), page(3), "one that is not full ends the pass");
    }
    assertEquals(all.subList(0, 2), page(2));
    assertEquals(all.subList(2, 4), page(2));
    assertEquals(List.of(), page(2), "a full one may not have been the last");
    assertEquals(all.subList(0, 1), page(1));
  }

  @Test
  void whatBecomesDueMeanwhile_isLeftToTheNextPass() {
    for (int i = 0; i < 9; i++) {
      care.verified(ride(i));
      bench.time.advance(Duration.ofHours(1));
    }
    bench.time.advance(TimePolicy.DEFAULT.timeToLive().minusHours(7));
    List<SequenceKey> all = IntStream.range(0, 9).mapToObj(DuePassTest::ride).toList();
    assertEquals(all.subList(0, 2), page(2));
    bench.time.advance(Duration.ofHours(2));
    assertEquals(all.subList(2, 3), page(2), "the next two are due since the pass began");
    assertEquals(all.subList(0, 5), page(5), "and it begins anew");
  }
}
