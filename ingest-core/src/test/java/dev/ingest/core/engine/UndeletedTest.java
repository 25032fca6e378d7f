package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is to be deleted and stays, since the store refuses it, is told of. */
final class UndeletedTest {

  private static final Duration TICK = Duration.ofMinutes(1);
  private static final SequenceKey ERASED = SequenceKey.of("alice", "erased");
  private static final SequenceKey OLD = SequenceKey.of("bob", "old");

  private final Care care = new Care();
  private final Bench bench = care.bench;
  private boolean isRefused = true;

  private final ContentPurger purger =
      permit -> {
        if (isRefused) {
          throw new ContentException("AccessDenied: s3:DeleteObject");
        }
        return bench.watchedContent.delete(permit);
      };

  private Expirer expirer() {
    return care.expirer(bench.watchedLedger, bench.watchedContent, purger);
  }

  private void run(Expirer expirer, Duration length) {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(length) < 0;
        passed = passed.plus(TICK)) {
      bench.time.advance(TICK);
      expirer.tick();
    }
  }

  private List<AlertRow> told() {
    return bench.ledger.pendingAlerts().stream()
        .filter(row -> row.group().code().startsWith("DELETION"))
        .toList();
  }

  private List<String> codes() {
    return told().stream().map(row -> row.group().code()).toList();
  }

  private void erase() {
    care.engine
        .committer()
        .apply(
            bench.entry(ERASED),
            new Event.DiscardDecided(Event.Ground.ERASURE, new Event.Act("carol", "by law")));
  }

  @Test
  void erasureThatTheStoreRefuses_isToldAfterAnHourAndHourlyAndItsEndWhoeverLooks() {
    care.verified(ERASED);
    erase();
    Expirer expirer = expirer();
    run(expirer, Duration.ofMinutes(58));
    assertEquals(List.of(), codes());
    run(expirer, Duration.ofMinutes(4));
    assertEquals(List.of("DELETION_STALLED"), codes());
    String message = told().get(0).message();
    assertTrue(
        message.contains("alice/erased is DISCARDING since 2") && message.contains("AccessDenied"),
        message);
    run(expirer, Duration.ofHours(2));
    assertEquals(3, codes().size());
    expirer.release();
    Expirer next = expirer();
    run(next, Duration.ofMinutes(10));
    assertEquals(3, codes().size(), "taken over");
    isRefused = false;
    run(next, Duration.ofMinutes(2));
    assertEquals(State.DISCARDED, bench.state(ERASED));
    assertEquals("DELETION_RESUMED", codes().get(3));
    run(next, Duration.ofHours(3));
    assertEquals(4, codes().size());
  }

  @Test
  void expiryThatTheStoreRefuses_isToldToo() {
    care.verified(OLD);
    bench.time.advance(Duration.ofDays(34));
    Expirer expirer = expirer();
    run(expirer, Duration.ofMinutes(63));
    assertEquals(State.EXPIRING, bench.state(OLD));
    assertEquals(List.of("DELETION_STALLED"), codes());
    assertTrue(told().get(0).message().contains("bob/old is EXPIRING"));
  }

  @Test
  void erasureThatTheStoreTakes_isNotTold() {
    care.verified(ERASED);
    erase();
    isRefused = false;
    run(expirer(), Duration.ofHours(2));
    assertEquals(State.DISCARDED, bench.state(ERASED));
    assertEquals(List.of(), codes());
  }
}
