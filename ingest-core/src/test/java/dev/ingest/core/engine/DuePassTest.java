package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.core.TimePolicy;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How a pass goes through what is due, and begins anew. */
final class DuePassTest {

  private static final Duration HOUR = Duration.ofHours(1);

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
    verifiedHourly(9);
    bench.time.advance(TimePolicy.DEFAULT.timeToLive().minusHours(7));
    assertEquals(rides(0, 2), page(2));
    bench.time.advance(Duration.ofHours(2));
    assertEquals(rides(2, 3), page(2), "the next two are due since the pass began");
    assertEquals(rides(0, 5), page(5), "and it begins anew");
  }

  @Test
  void passWithAGrace_endsWhereThatHadPassedAsItBegan() {
    Duration grace = Duration.ofHours(3);
    DuePass late =
        new DuePass(bench.ledger.ledger(), DueQuery.of(DueQuery.Kind.EXPIRY, grace.negated(), 200));
    verifiedHourly(9);
    bench.time.advance(TimePolicy.DEFAULT.timeToLive().plus(grace).minusHours(7));
    assertEquals(rides(0, 2), late.page(2).stream().map(Entry::key).toList());
    bench.time.advance(Duration.ofHours(2));
    assertEquals(rides(2, 3), late.page(2).stream().map(Entry::key).toList());
  }

  @Test
  void clockThatWasAheadAsAPassBegan_doesNotKeepItFromItsEnd() {
    verifiedHourly(9);
    Instant right = bench.time.instant().plus(TimePolicy.DEFAULT.timeToLive()).minus(HOUR);
    bench.time.set(right.plus(Duration.ofDays(30)));
    assertEquals(rides(0, 2), page(2));
    bench.time.set(right.minus(Duration.ofHours(5)));
    assertEquals(rides(2, 4), page(2), "all that is due by the right time");
    bench.time.set(right);
    assertEquals(List.of(), page(2), "those that became due meanwhile are of the next");
    assertEquals(rides(0, 2), page(2));
  }

  private void verifiedHourly(int count) {
    for (int i = 0; i < count; i++) {
      care.verified(ride(i));
      bench.time.advance(HOUR);
    }
  }

  private static List<SequenceKey> rides(int from, int to) {
    return IntStream.range(from, to).mapToObj(DuePassTest::ride).toList();
  }
}
