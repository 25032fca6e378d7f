package dev.ingest.core.engine;

import dev.ingest.core.EngineListener;
import dev.ingest.core.EngineMeter;
import dev.ingest.core.WorkEnd;
import dev.ingest.spi.UnhandledError;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where an unexpected error is caught and work goes on.
 *
 * <p>Going on is safe here because drivers keep nothing in memory that the ledger does not know: an
 * abandoned tick is repeated by the next, an abandoned task by the next lease. Every catch is
 * counted, logged and told to the listener, so that a driver that keeps failing is not silent. An
 * OutOfMemoryError is caught too: a driver whose thread it ended would be silent for good. So are
 * checked exceptions, which code in other languages throws without a word.
 *
 * <p>Of what listener and meter throw everything is caught, whatever it is: they are told about the
 * engine's work and are no part of it.
 */
public final class Supervisor {

  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

  private final EngineListener listener;
  private final EngineMeter meter;
  private final AtomicLong failures = new AtomicLong();
  private final News news = new News(this);

  /**
   * Creates a supervisor without a meter.
   *
   * @param listener who is told
   */
  public Supervisor(EngineListener listener) {
    this(listener, EngineMeter.NONE);
  }

  /**
   * Creates a supervisor.
   *
   * @param listener who is told
   * @param meter what counts
   */
  public Supervisor(EngineListener listener, EngineMeter meter) {
    this.listener = listener;
    this.meter = meter;
  }

  /** Returns how often anything was caught. */
  long failures() {
    return failures.get();
  }

  /**
   * Runs one tick of a driver.
   *
   * @param driver its name
   * @param tick the tick
   * @return what the tick returned; −1 if it threw. That the node stops is no failure, and neither
   *     counted nor told
   */
  public int supervise(String driver, IntSupplier tick) {
    try {
      return tick.getAsInt();
    } catch (UnhandledError e) {
      throw e;
    } catch (Throwable e) {
      Interrupts.keep(e);
      if (e instanceof IncompleteTickException incomplete && incomplete.isStopping()) {
        LOG.debug("{} ended early", driver, e);
      } else {
        report(driver, e);
      }
      return -1;
    }
  }

  /** What the listener hears apart from the thread on which it happened. */
  News news() {
    return news;
  }

  /** Tells whether anybody listens. */
  boolean isHeard() {
    return listener != EngineListener.NONE;
  }

  /** Tells whether anything counts. */
  boolean isMetered() {
    return meter != EngineMeter.NONE;
  }

  /**
   * Counts on this thread, which may commit next, so that the meter leaves no interrupt behind. An
   * error is told to the listener elsewhere, since it may wait.
   */
  void count(Executor executor, Consumer<EngineMeter> what) {
    boolean wasInterrupted = Thread.currentThread().isInterrupted();
    try {
      what.accept(meter);
    } catch (Throwable e) {
      reportAside(executor, "meter", e);
    }
    Interrupts.restore(wasInterrupted);
  }

  /** Counts the end of an attempt. */
  void ended(Executor executor, WorkEnd end) {
    if (isMetered()) {
      count(executor, counter -> counter.workEnded(end));
    }
  }

  void tell(Consumer<EngineListener> piece) {
    try {
      piece.accept(listener);
    } catch (Throwable e) {
      Interrupts.keep(e);
      report("listener", e);
    }
  }

  /**
   * Counts and logs here, and has the listener told elsewhere: for a thread on which it may not
   * run.
   */
  void reportAside(Executor executor, String driver, Throwable cause) {
    boolean wasInterrupted = Thread.currentThread().isInterrupted();
    long total = count(driver, cause);
    Interrupts.restore(wasInterrupted);
    if (isHeard()) {
      news.giveReport(executor, hearer -> hear(hearer, driver, cause, total));
    }
  }

  void report(String driver, Throwable cause) {
    hear(listener, driver, cause, count(driver, cause));
  }

  private long count(String driver, Throwable cause) {
    long total = failures.incrementAndGet();
    LOG.error("{} failed; {} such failures since the start", driver, total, cause);
    try {
      meter.driverFailed(driver);
    } catch (Throwable e) {
      Interrupts.keep(e);
      LOG.error("the meter failed on counting a failure", e);
      failures.incrementAndGet();
    }
    return total;
  }

  private void hear(EngineListener hearer, String driver, Throwable cause, long total) {
    try {
      hearer.driverFailed(driver, cause, total);
    } catch (Throwable e) {
      Interrupts.keep(e);
      LOG.error("the listener failed on hearing of a failure", e);
      failures.incrementAndGet();
    }
  }
}
