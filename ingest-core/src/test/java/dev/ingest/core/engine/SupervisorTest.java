package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.core.EngineMeter;
import dev.ingest.spi.ledger.Entry;
import java.io.IOError;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.ServiceConfigurationError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What listeners, meters and ticks throw is counted and told, and changes nothing else. */
final class SupervisorTest {

  private final List<String> heard = new ArrayList<>();
  private final Queue<Runnable> aside = new ArrayDeque<>();

  @AfterEach
  void noInterruptIsLeft() {
    assertFalse(Thread.interrupted());
  }

  private EngineListener hearing(Runnable bug) {
    return new EngineListener() {
      @Override
      public void published(Entry entry) {
        bug.run();
      }

      @Override
      public void driverFailed(String driver, Throwable cause, long total) {
        heard.add(driver + " " + cause.getClass().getSimpleName());
        bug.run();
      }
    };
  }

  private static EngineMeter counting(Runnable bug) {
    return new EngineMeter() {
      @Override
      public void driverFailed(String driver) {
        bug.run();
      }
    };
  }

  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void whatAListenerThrows_isCountedAndTold(Runnable bug) {
    Supervisor supervisor = new Supervisor(hearing(bug), counting(bug));
    supervisor.tell(listener -> bug.run());
    assertEquals(1, heard.size());
    assertTrue(heard.get(0).startsWith("listener "));
    assertEquals(3, supervisor.failures(), "the piece, the meter, and hearing of it");
  }

  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void whatAMeterThrows_isCountedAndTold(Runnable bug) {
    Supervisor supervisor = new Supervisor(hearing(() -> {}), counting(() -> {}));
    supervisor.count(aside::add, meter -> bug.run());
    aside.remove().run();
    assertEquals(1, heard.size());
    assertTrue(heard.get(0).startsWith("meter "));
    assertEquals(1, supervisor.failures());
  }

  @ParameterizedTest
  @MethodSource("dev.ingest.core.engine.Unforeseen#all")
  void newsThatCannotBeTold_givesItsPlaceBackAndTheNextIsTold(Runnable bug) {
    Supervisor supervisor = new Supervisor(hearing(() -> {}));
    int[] freed = {0};
    for (int i = 0; i < 3; i++) {
      supervisor.news().give(aside::add, listener -> bug.run(), () -> freed[0]++);
    }
    assertEquals(1, aside.size());
    aside.remove().run();
    assertEquals(3, freed[0]);
    assertEquals(0, supervisor.news().size());
    assertEquals(3, heard.size());
  }

  @Test
  void whatATickThrows_isCountedAndTold() {
    Supervisor supervisor = new Supervisor(hearing(() -> {}));
    List<Throwable> thrown =
        List.of(
            new IOException("undeclared"),
            new IOError(new IOException("gone")),
            new ServiceConfigurationError("no provider"));
    for (Throwable one : thrown) {
      assertEquals(
          -1,
          supervisor.supervise(
              "driver",
              () -> {
                Unforeseen.<RuntimeException>raise(one);
                return 1;
              }));
    }
    assertEquals(
        List.of("driver IOException", "driver IOError", "driver ServiceConfigurationError"), heard);
  }

  @Test
  void interruptThatIsThrown_staysSet() {
    Supervisor supervisor = new Supervisor(EngineListener.NONE);
    supervisor.tell(
        listener -> Unforeseen.<RuntimeException>raise(new InterruptedException("undeclared")));
    assertTrue(Thread.interrupted());
  }

  @Test
  void interruptThatAListenerLeavesBehind_isNotWhatTheNextNewsMeets() {
    Supervisor supervisor = new Supervisor(hearing(() -> {}));
    List<Boolean> met = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      supervisor
          .news()
          .give(
              aside::add,
              listener -> {
                met.add(Thread.currentThread().isInterrupted());
                Unforeseen.<RuntimeException>raise(new InterruptedException("undeclared"));
              },
              () -> {});
    }
    aside.remove().run();
    assertEquals(List.of(false, false, false), met);
  }
}
