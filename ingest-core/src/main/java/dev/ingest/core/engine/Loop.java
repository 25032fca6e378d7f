package dev.ingest.core.engine;

import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one of the engine's own threads does until the engine stops: a turn, a pause, and again.
 *
 * <p>Nothing that a turn throws ends it before, whatever it is: a driver whose thread has gone is
 * silent for good, while one that fails each time is counted, logged and told. Nor does an
 * interrupt, as nobody interrupts a driver to stop it: one that comes in a pause is a wake-up, and
 * a flag that a listener or a store left behind is dropped, so that no call of the ledger begins
 * with it.
 */
final class Loop implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

  private final String name;
  private final Supervisor supervisor;
  private final EngineThreads.Stop stop;
  private final Duration afterError;
  private final Supplier<Duration> turn;
  private final Runnable end;
  private int untold;

  /**
   * Creates a loop that does not run yet.
   *
   * @param name for messages
   * @param supervisor whom it tells of what a turn threw
   * @param stop ends it, between two turns
   * @param afterError the pause after a turn that threw
   * @param turn one turn; tells how long the pause after it is
   * @param end called once after the last turn
   */
  Loop(
      String name,
      Supervisor supervisor,
      EngineThreads.Stop stop,
      Duration afterError,
      Supplier<Duration> turn,
      Runnable end) {
    this.name = name;
    this.supervisor = supervisor;
    this.stop = stop;
    this.afterError = afterError;
    this.turn = turn;
    this.end = end;
  }

  /** Takes one turn at least. */
  @Override
  public void run() {
    boolean going = true;
    while (going) {
      going = pause(take());
    }
    end();
  }

  private Duration take() {
    try {
      return turn.get();
    } catch (Throwable e) {
      tell(e);
      return afterError;
    }
  }

  private boolean pause(Duration time) {
    try {
      dropInterrupt();
      if (untold > 0) {
        LOG.error("{}: {} failures could not even be told", name, untold);
        untold = 0;
      }
      return stop.pause(time);
    } catch (Throwable e) {
      tell(e);
      return !stop.isSet();
    }
  }

  private void end() {
    try {
      end.run();
    } catch (Throwable e) {
      tell(e);
    }
  }

  /** What fails while it tells, such as a log without memory, is told of later. */
  private void tell(Throwable thrown) {
    try {
      supervisor.report(name, thrown);
    } catch (Throwable e) {
      untold++;
    }
  }

  private static void dropInterrupt() {
    if (Thread.interrupted()) {
      LOG.debug("a driver came back interrupted");
    }
  }
}
