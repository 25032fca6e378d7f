package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stages and uploads whose thread is interrupted, over a store that such a thread cannot use. */
final class InterruptedStageTest {

  private final Bench bench = new Bench();
  private Exception cause = new ClosedByInterruptException();
  private final HookedContent content =
      new HookedContent(bench.watchedContent, this::requireUninterrupted, () -> {});

  @AfterEach
  void everyInvariant_holds() {
    assertFalse(Thread.interrupted(), "and the thread has no interrupt of ours");
    bench.checkInvariants();
  }

  private void requireUninterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw new ContentException("could not store this", cause);
    }
  }

  private Engine running(BiConsumer<StageContext, Runnable> body) {
    Stage stage =
        new Stage() {
          @Override
          public StageRef ref() {
            return new StageRef("copy", 1);
          }

          @Override
          public void run(StageContext context) {
            body.accept(context, () -> copy(context));
          }
        };
    return bench.engine(bench.watchedLedger, content, Bench.pipeline(stage));
  }

  private static void copy(StageContext context) {
    try {
      for (Iterator<StageItem> items = context.items(); items.hasNext(); ) {
        StageItem item = items.next();
        context.emit(item.name(), item.open());
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private long alarms(Engine engine) {
    Driver watch = engine.contentWatch();
    for (int i = 0; i < 24; i++) {
      assertEquals(0, watch.tick().getAsInt());
      bench.time.advance(Duration.ofSeconds(5));
    }
    return bench.told("CONTENT_UNREACHABLE");
  }

  @Test
  void stageThatEndsInterrupted_isSealed() {
    Engine engine =
        running(
            (context, copy) -> {
              copy.run();
              Thread.currentThread().interrupt();
            });
    Bench.submit(engine, RIDE, "a", "x");
    engine.worker().tick();
    bench.runTasks();
    assertEquals(State.PROCESSED, bench.state(RIDE));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  /** The engine says that it ends, and interrupts: a stage that ends with that is not sealed. */
  @Test
  void stageThatTheEngineInterrupted_goesBackAndItsThreadStaysInterrupted() {
    Engine[] engine = new Engine[1];
    engine[0] =
        running(
            (context, copy) -> {
              copy.run();
              engine[0].leases().cancelAll();
              Thread.currentThread().interrupt();
            });
    Bench.submit(engine[0], RIDE, "a", "x");
    engine[0].worker().tick();
    bench.runTasks();
    assertTrue(Thread.interrupted());
    assertEquals(1, engine[0].leases().handBack());
    assertEquals(State.ACCEPTED, bench.state(RIDE));
    assertEquals(0, bench.entry(RIDE).run().attempts());
  }

  private static Stream<Exception> interrupts() {
    return Stream.of(
        new ClosedByInterruptException(),
        new InterruptedException(),
        new InterruptedIOException("interrupted"),
        new IllegalStateException(new ClosedByInterruptException()));
  }

  @ParameterizedTest
  @MethodSource("interrupts")
  void whatAnInterruptCutShort_theStoreHasNotRefused(Exception interrupted) {
    cause = interrupted;
    Engine engine =
        running(
            (context, copy) -> {
              Thread.currentThread().interrupt();
              copy.run();
            });
    for (int i = 0; i < 3; i++) {
      Bench.submit(engine, SequenceKey.of("alice", "ride-" + i), "a", "x");
    }
    engine.worker().tick();
    bench.runTasks();
    assertTrue(Thread.interrupted());
    assertEquals(0, alarms(engine));
  }

  @Test
  void uploadsOfInterruptedThreads_sayNothingOfTheStore() {
    Engine engine = running((context, copy) -> copy.run());
    upload(engine);
    assertEquals(0, alarms(engine));
  }

  /** As HTTP clients say that a time was up, in which nobody was interrupted. */
  @ParameterizedTest
  @MethodSource("timeouts")
  void aStoreThatDoesNotAnswerInTime_isAnotherMatter(Exception timeout) {
    Engine engine =
        bench.engine(
            bench.watchedLedger,
            new HookedContent(
                bench.watchedContent,
                () -> {
                  throw new ContentException("could not store this", timeout);
                },
                () -> {}),
            Bench.copying());
    for (int i = 0; i < 3; i++) {
      SequenceKey key = SequenceKey.of("alice", "ride-" + i);
      assertThrows(ContentException.class, () -> Bench.submit(engine, key, "a", "x"));
    }
    assertEquals(1, alarms(engine));
  }

  private static Stream<Exception> timeouts() {
    return Stream.of(
        new SocketTimeoutException("no answer"), new InterruptedIOException("timeout"));
  }

  private static void upload(Engine engine) {
    for (int i = 0; i < 3; i++) {
      SequenceKey key = SequenceKey.of("alice", "ride-" + i);
      Thread.currentThread().interrupt();
      try {
        assertThrows(ContentException.class, () -> Bench.submit(engine, key, "a", "x"));
      } finally {
        assertTrue(Thread.interrupted());
      }
    }
  }
}
