package dev.ingest.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a run that ends when its work is done deletes, and for how long it waits for that. */
@Timeout(60)
final class RunThatDeletesTest {

  private final Shelf shelf = new Shelf();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final EngineListener listener =
      new EngineListener() {
        @Override
        public void driverFailed(String driver, Throwable cause, long total) {
          failures.add(driver + ": " + cause);
        }
      };

  private void discard(SequenceKey key) {
    try (Ingest ingest = shelf.builder().withoutWatch().build()) {
      ingest.acts("carol", "ticket 4711").discard(key);
    }
    assertEquals(State.DISCARDING, shelf.entry(key).state());
  }

  private void becomeOld() {
    shelf.time.advance(TimePolicy.DEFAULT.timeToLive().plus(ExpiryPolicy.DEFAULT.grace()));
    try (Ingest ingest = shelf.builder().withoutWatch().build()) {
      ingest.acts("carol", "ticket 4711").confirmTime();
    }
  }

  private IngestBuilder over(ContentPurger purger) {
    return shelf
        .builder()
        .content(new ContentAccess(shelf.content.access().store(), purger))
        .listener(listener);
  }

  private IngestBuilder slow() {
    ContentPurger purger = shelf.content.access().purger();
    return over(
        permit -> {
          pause(200);
          return purger.delete(permit);
        });
  }

  private static void pause(long millis) {
    try {
      new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Duration run(IngestBuilder builder) {
    long begun = System.nanoTime();
    try (Ingest ingest = builder.build()) {
      shelf.untilIdle(ingest);
    }
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  @Test
  void whatWasDiscarded_isGoneWhenTheRunEnds() {
    List<SequenceKey> keys = List.of(shelf.failed("one"), shelf.failed("two"));
    keys.forEach(this::discard);
    run(slow());
    keys.forEach(key -> assertEquals(State.DISCARDED, shelf.entry(key).state()));
    assertEquals(List.of(), failures);
  }

  @Test
  void whatHasExpired_isGoneWhenTheRunEnds() {
    SequenceKey key = shelf.verified("one");
    becomeOld();
    run(slow());
    assertEquals(State.EXPIRED, shelf.entry(key).state());
    assertEquals(List.of(), failures);
  }

  @Test
  void whatIsHeld_isNotWaitedForLong() {
    SequenceKey key = shelf.verified("one");
    shelf.apply(key, new Event.HoldPlaced(new Hold("carol", "a dispute", Shelf.START)));
    becomeOld();
    Duration took = run(slow());
    assertEquals(State.VERIFIED, shelf.entry(key).state());
    assertTrue(took.toSeconds() < 20, took::toString);
  }

  @Test
  void whatCannotBeDeleted_isNotWaitedForLong() {
    SequenceKey key = shelf.failed("one");
    discard(key);
    Duration took =
        run(
            over(
                permit -> {
                  throw new ContentException("the right to delete was taken away");
                }));
    assertEquals(State.DISCARDING, shelf.entry(key).state());
    assertTrue(took.toSeconds() < 20, took::toString);
  }

  @Test
  void whoDoesNotWatch_doesNotWait() {
    SequenceKey key = shelf.failed("one");
    discard(key);
    Duration took = run(slow().withoutWatch());
    assertEquals(State.DISCARDING, shelf.entry(key).state());
    assertTrue(took.toSeconds() < 20, took::toString);
  }

  @Test
  void deletionThatTheEndCutsOff_isNoFailure() throws Exception {
    SequenceKey key = shelf.failed("one");
    discard(key);
    CountDownLatch deleting = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ContentPurger purger = shelf.content.access().purger();
    Ingest ingest =
        over(permit -> {
              deleting.countDown();
              pauseUntil(goOn);
              return purger.delete(permit);
            })
            .build();
    ingest.start();
    deleting.await();
    Thread closer = new Thread(ingest::close);
    closer.start();
    pause(300);
    goOn.countDown();
    closer.join();
    assertEquals(List.of(), failures);
    assertEquals(State.DISCARDING, shelf.entry(key).state());
  }

  private static void pauseUntil(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
