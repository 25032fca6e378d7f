package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.UploadSession;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How a pass goes through upload sessions that nobody touches, and begins anew. */
final class SessionPassTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration IDLE = Duration.ofHours(10);

  private final Bench bench = new Bench();
  private final Engine engine = bench.engine(Bench.copying());
  private final SessionPass pass = new SessionPass(bench.ledger, SessionState.OPEN, IDLE);

  private List<SequenceKey> page(int limit) {
    return pass.page(limit).stream().map(UploadSession::key).toList();
  }

  private static SequenceKey ride(int number) {
    return SequenceKey.of("alice", "ride-" + number);
  }

  private static List<SequenceKey> rides(int from, int to) {
    return IntStream.range(from, to).mapToObj(SessionPassTest::ride).toList();
  }

  private void openedHourly(int count) {
    for (int i = 0; i < count; i++) {
      engine.upload(ride(i)).close();
      bench.time.advance(HOUR);
    }
  }

  @Test
  void whatStaysUntouched_isSeenOncePerPass() {
    openedHourly(4);
    bench.time.advance(IDLE);
    for (int round = 0; round < 2; round++) {
      assertEquals(rides(0, 3), page(3));
      assertEquals(rides(3, 4), page(3), "one that is not full ends the pass");
    }
    assertEquals(rides(0, 2), page(2));
    assertEquals(rides(2, 4), page(2));
    assertEquals(List.of(), page(2), "a full one may not have been the last");
    assertEquals(rides(0, 1), page(1));
  }

  @Test
  void whatFallsDueMeanwhile_isLeftToTheNextPass() {
    openedHourly(9);
    bench.time.advance(IDLE.minusHours(7));
    assertEquals(rides(0, 2), page(2));
    bench.time.advance(HOUR.multipliedBy(2));
    assertEquals(rides(2, 3), page(2), "the next two have fallen due since the pass began");
    assertEquals(rides(0, 5), page(5), "and it begins anew");
  }

  @Test
  void clockThatWasAheadAsAPassBegan_doesNotKeepItFromItsEnd() {
    openedHourly(9);
    Instant right = Bench.START.plus(IDLE).plus(Duration.ofHours(8));
    bench.time.set(right.plus(Duration.ofDays(30)));
    assertEquals(rides(0, 2), page(2));
    bench.time.set(right.minus(Duration.ofHours(5)));
    assertEquals(rides(2, 4), page(2), "all that is due by the right time");
    bench.time.set(right);
    assertEquals(List.of(), page(2), "those that fell due meanwhile are of the next");
    assertEquals(rides(0, 2), page(2));
  }
}
