package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.ConcurrentUseException;
import dev.ingest.core.Stage;
import dev.ingest.core.StageCancelledException;
import dev.ingest.core.StageContext;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stages that have another thread emit, and do not wait for it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StageThreadsTest {

  private final Bench bench = new Bench();
  private final CountedWriters store = new CountedWriters(bench.watchedContent);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Gate gate = new Gate();
  private final AtomicInteger attempts = new AtomicInteger();
  private final List<Future<?>> emissions = new ArrayList<>();
  private final List<StageContext> contexts = new ArrayList<>();

  @AfterEach
  void nothingIsLostAndNoWriterWasDisturbed() {
    gate.open();
    threads.shutdownNow();
    assertEquals(0, store.collisions.get());
    bench.checkInvariants();
  }

  /** What the first attempt does once another thread is in an emission of it. */
  private interface Then {
    void run(StageContext context) throws Exception;
  }

  private void run(Then then) {
    Stage stage =
        new Stage() {
          @Override
          public StageRef ref() {
            return new StageRef("threads", 1);
          }

          @Override
          public void run(StageContext context) throws Exception {
            if (attempts.incrementAndGet() == 1) {
              contexts.add(context);
              emissions.add(
                  threads.submit(
                      () -> {
                        context.emit(ItemName.of("a"), gate.body("x"));
                        return true;
                      }));
              gate.awaitHeld();
              then.run(context);
            } else {
              context.emit(ItemName.of("a"), new ByteArrayInputStream(new byte[] {'x'}));
            }
          }
        };
    Engine engine = bench.engine(bench.watchedLedger, store, Bench.pipeline(stage));
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(State.ACCEPTED, bench.state(RIDE), "the first attempt has failed");
    int closed = store.closed.get();
    gate.open();
    outcome();
    assertEquals(closed + 1, store.closed.get(), "the emission closes what it used");
    assertThrows(StageCancelledException.class, () -> emitLate(contexts.get(0)));
    assertThrows(StageCancelledException.class, () -> contexts.get(0).items());
    bench.time.advance(Duration.ofMinutes(1));
    bench.run(engine);
    assertEquals(State.VERIFIED, bench.state(RIDE));
  }

  private static void emitLate(StageContext context) throws Exception {
    context.emit(ItemName.of("late"), new ByteArrayInputStream(new byte[1]));
  }

  private void outcome() {
    try {
      emissions.get(0).get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      assertInstanceOf(StageCancelledException.class, e.getCause());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void stageThatThrowsDuringAnEmissionOfAnotherThread_takesNothingFromUnderIt() {
    run(
        context -> {
          throw new IllegalStateException("it took too long");
        });
  }

  @Test
  void stageThatReturnsDuringAnEmissionOfAnotherThread_isNotSealed() {
    run(context -> {});
  }

  @Test
  void secondEmissionAtATime_isRefused() {
    run(
        context -> {
          ConcurrentUseException refused =
              assertThrows(ConcurrentUseException.class, () -> emitLate(context));
          assertTrue(refused.toString().contains("one thread emits at a time"));
          throw refused;
        });
  }
}
