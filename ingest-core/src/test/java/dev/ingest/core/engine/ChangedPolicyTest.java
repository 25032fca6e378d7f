package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What changes while the expirer is in the midst of a page counts for the rest of it. */
final class ChangedPolicyTest {

  private static final Duration DUE = TimePolicy.DEFAULT.timeToLive().plus(Care.GRACE);
  private static final Event.Act CAROL = new Event.Act("carol", "the results turned out bad");
  private static final int COUNT = 5;

  /** Of one sequence its manifest and two items are read back. */
  private static final int MOST_OF_ONE = 5;

  private final Care care = new Care();
  private final Bench bench = care.bench;

  private static SequenceKey ride(int number) {
    return SequenceKey.of("alice", "ride-" + number);
  }

  private long are(State state) {
    return IntStream.range(0, COUNT).filter(i -> bench.state(ride(i)) == state).count();
  }

  /** A tick in which something happens while the first result of a page is read back. */
  private int tickIn(Runnable event) {
    IntStream.range(0, COUNT).forEach(i -> care.verified(ride(i)));
    AtomicInteger opened = new AtomicInteger(-COUNT * 1_000);
    ContentStore content =
        Care.opening(
            bench.watchedContent,
            purpose -> {
              if (opened.incrementAndGet() == 1) {
                event.run();
                bench.time.advance(Duration.ofMinutes(1));
              }
            });
    Expirer expirer = care.expirer(bench.watchedLedger, content, bench.watchedContent);
    expirer.tick();
    bench.time.advance(DUE);
    opened.set(0);
    expirer.tick();
    int openedByIt = opened.get();
    assertTrue(openedByIt > 0);
    expirer.tick();
    return openedByIt;
  }

  @Test
  void longerGrace_keepsTheRestOfThePage() {
    new KeptPolicy(bench.watchedLedger).settle(care.policy);
    ExpiryPolicy later = care.policy.withGrace(Duration.ofDays(300));
    int opened = tickIn(() -> care.engine.acting().changeExpiry(later, CAROL, false));
    assertEquals(COUNT, are(State.VERIFIED));
    assertTrue(opened < MOST_OF_ONE, opened + ": what is not to expire is not read back");
    assertTrue(care.alerts().contains("EXPIRY_POLICY_DIFFERS"));
    bench.checkInvariants();
  }

  @Test
  void failover_keepsTheRestOfThePage() {
    tickIn(
        () ->
            assertTrue(
                bench
                    .ledger
                    .renew(bench.ledger.incarnation(), IncarnationId.ofBits(9, 9))
                    .isApplied()));
    assertEquals(COUNT, are(State.VERIFIED));
  }

  @Test
  void whatNothingChanges_expiresAsAWhole() {
    int opened = tickIn(() -> {});
    assertTrue(opened >= COUNT, "or the bound on one says nothing");
    assertEquals(COUNT, are(State.EXPIRED));
    bench.checkInvariants();
  }
}
