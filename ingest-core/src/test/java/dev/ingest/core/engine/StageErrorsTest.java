package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.StageRef;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.fault.SimulatedCrash;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stages that throw what no stage is expected to throw, as after a deployment that went wrong. */
final class StageErrorsTest {

  private static final StageRef REF = new StageRef("broken", 1);

  private final Bench bench = new Bench();

  @AfterEach
  void everyInvariant_holds() {
    bench.checkInvariants();
  }

  /** What a stage does. */
  @FunctionalInterface
  private interface Body {
    void run(StageContext context) throws Exception;
  }

  private Engine running(Body body) {
    Stage stage =
        new Stage() {
          @Override
          public StageRef ref() {
            return REF;
          }

          @Override
          public void run(StageContext context) throws Exception {
            body.run(context);
          }
        };
    Engine engine = bench.engine(Bench.pipeline(stage));
    Bench.submit(engine, RIDE, "a", "x");
    return engine;
  }

  /** The attempt is over as soon as it threw, and the sequence with the last of its attempts. */
  private Failure failing(Body body) {
    Engine engine = running(body);
    for (int attempt = 1; attempt <= bench.work.maxAttempts(); attempt++) {
      bench.run(engine);
      assertEquals(0, engine.inFlight() + engine.leases().size(), "no lease is left to run out");
      assertEquals(
          attempt == bench.work.maxAttempts() ? State.FAILED : State.ACCEPTED, bench.state(RIDE));
      bench.time.advance(Duration.ofMinutes(10));
    }
    Failure failure = bench.entry(RIDE).standing().failure().orElseThrow();
    assertEquals("ATTEMPTS_EXHAUSTED", failure.code());
    assertEquals(REF, failure.stage().orElseThrow());
    return failure;
  }

  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void whateverAStageThrows_failsItsAttemptAtOnce(Runnable bug) {
    failing(context -> bug.run());
  }

  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void whateverTheBytesOfAnEmissionThrow_failsItsAttemptAtOnce(Runnable bug) {
    failing(
        context ->
            context.emit(
                ItemName.of("a"),
                new InputStream() {
                  @Override
                  public int read() {
                    bug.run();
                    return -1;
                  }

                  @Override
                  public int read(byte[] buffer, int offset, int length) {
                    return read();
                  }
                }));
  }

  @Test
  void aMethodThatIsNotThere_isNamedInTheFailure() {
    Failure failure =
        failing(
            context -> {
              throw new NoSuchMethodError("com.example.Thumbnails.of(byte[])");
            });
    assertTrue(
        failure.message().endsWith("NoSuchMethodError: com.example.Thumbnails.of(byte[])"),
        failure.message());
  }

  /** An error of a service's own. */
  private static class OfItsOwn extends Error {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no text for this");
    }
  }

  @Test
  @SuppressWarnings("serial") // of an anonymous class, which has no simple name
  void anErrorThatCannotSayWhy_failsItsAttemptAllTheSame() {
    Failure failure =
        failing(
            context -> {
              throw new OfItsOwn();
            });
    assertTrue(failure.message().contains("OfItsOwn, whose message"), failure.message());
    failure = Failures.of("STAGE_ERROR", failure.stage(), Failures.describe(new OfItsOwn() {}));
    assertTrue(failure.message().contains("StageErrorsTest"), failure.message());
  }

  /** One of whose cause the class is not there. */
  private static final class WithoutCause extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable getCause() {
      throw new NoClassDefFoundError("com/example/Cause");
    }
  }

  @Test
  void anErrorThatCannotNameItsCause_failsItsAttemptAllTheSame() {
    Failure failure =
        failing(
            context -> {
              throw new WithoutCause();
            });
    assertTrue(failure.message().contains("WithoutCause"), failure.message());
  }

  @Test
  void theDeathOfAProcess_isNoFailureOfItsStage() {
    Engine engine =
        running(
            context -> {
              throw new SimulatedCrash("here");
            });
    engine.worker().tick();
    assertThrows(SimulatedCrash.class, bench::runTasks);
    assertEquals(State.PROCESSING, bench.state(RIDE), "its lease runs out");
  }
}
