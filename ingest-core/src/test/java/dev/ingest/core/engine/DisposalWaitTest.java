package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.TimePolicy;
import dev.ingest.spi.SequenceKey;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** How long a run that ends waits for what is due to be deleted, on simulated time. */
final class DisposalWaitTest {

  private static final int DUE = 60;

  private final Care care = new Care();
  private final Bench bench = care.bench;
  private int deletedHere;

  /** Two a second, of which all have expired. */
  private void expire() {
    care.policy = ExpiryPolicy.DEFAULT.withPerSecond(2);
    for (int i = 0; i < DUE; i++) {
      Bench.submit(care.engine, SequenceKey.of("alice", "ride-%02d".formatted(i)), "a", "x");
    }
    bench.run(care.engine);
    bench.time.advance(
        TimePolicy.DEFAULT.timeToLive().plus(ExpiryPolicy.DEFAULT.grace()).plusMinutes(1));
  }

  /** Waits, with a thread of the own expirer that takes a turn at once, and others beside it. */
  private Duration await(Runnable others) {
    Expirer own = care.expirer();
    Node node = bench.node(bench.watchedLedger, bench.watchedContent);
    LongSupplier elapsed = node.seams().elapsed();
    HurriedTurns turns = new HurriedTurns(elapsed);
    Seams seams =
        new Seams(
            bench.time,
            () -> 1,
            Runnable::run,
            wait -> {
              bench.time.advance(wait);
              others.run();
              turns.take(
                  () -> {
                    int deleted = own.tick();
                    deletedHere += deleted;
                    return deleted;
                  },
                  Duration.ZERO);
              return true;
            },
            Runnable::run,
            Seams.Commits.INLINE,
            elapsed);
    long begun = elapsed.getAsLong();
    new DisposalWait(Bench.with(node, seams), new Supervisor(EngineListener.NONE), turns).await();
    return Duration.ofNanos(elapsed.getAsLong() - begun);
  }

  @Test
  void aRunThatIsAlone_deletesAllThatIsDue() {
    expire();
    await(() -> {});
    assertEquals(DUE, deletedHere);
  }

  @Test
  void whatAServiceDeletes_isNotWaitedForLong() {
    expire();
    Expirer service = care.expirer();
    int begun = service.tick();
    Duration waited = await(service::tick);
    assertEquals(0, deletedHere, "the service has the lease");
    assertTrue(begun < DUE, "there is something left to wait for");
    assertTrue(waited.compareTo(Duration.ofSeconds(5)) < 0, waited::toString);
  }
}
