package dev.ingest.spring.boot;

import dev.ingest.core.Ingest;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the engine with the application, and ends it in order.
 *
 * <p>Lifecycles start in the order of their phases and stop in the opposite one, all of them before
 * any bean is destroyed. This phase is below those in which a web server stops to take requests and
 * listeners stop to take messages, so that nobody uploads any more when the engine ends, and above
 * those in which connections end that stages use; the stores, their DataSource and their S3 client
 * are beans, so that they are there until it has. Stopping happens on the caller's thread, and so
 * is not cut off by the time that Spring gives to a phase: it takes at most the drain, the grace,
 * and what {@link Ingest#close} needs where something hangs.
 *
 * <p>Whether the engine runs is the engine's to say, since the application may start it by itself:
 * Spring stops what runs, and nothing else.
 *
 * <p>The engine's threads are daemons, so that a process whose last other thread ends would end
 * with it, at once and without a word: a worker without a web server as soon as its main method has
 * returned. So one thread that is none waits for the end of an engine that was started with the
 * application; a job that starts its engine itself ends when it has done its work.
 */
final class EngineLifecycle implements SmartLifecycle, DisposableBean {

  /**
   * Below the phases of what takes uploads or messages in: web servers, 1,024 and 2,048 below the
   * default, listeners of messages, at the default or little below it, and the endpoints of Spring
   * Integration, at half of it. Above 0 and less, in which connections are that stages use: what
   * has no phase of its own, Redis, producers of Kafka.
   */
  static final int PHASE = 1_000_000;

  private static final Logger LOG = LoggerFactory.getLogger(EngineLifecycle.class);

  private final Ingest ingest;
  private final boolean autoStartup;
  private final Duration drain;
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile boolean ended;

  EngineLifecycle(Ingest ingest, boolean autoStartup, Duration drain) {
    this.ingest = ingest;
    this.autoStartup = autoStartup;
    this.drain = drain;
  }

  @Override
  public synchronized void start() {
    if (!ended) {
      ingest.start();
    }
    if (!isRunning()) {
      throw new IllegalStateException(
          "the engine was closed and cannot be started again; refresh the application context");
    }
    if (autoStartup) {
      holdTheProcess();
    }
  }

  private void holdTheProcess() {
    Thread holder = new Thread(this::awaitTheEnd, "ingest-process");
    holder.setDaemon(false);
    holder.start();
  }

  /** Spring does not stop what does not run, and so not an engine that the application closed. */
  private void awaitTheEnd() {
    try {
      boolean isReleased = false;
      while (!isReleased && ingest.isRunning()) {
        isReleased = released.await(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void stop() {
    if (!isRunning()) {
      return;
    }
    ended = true;
    if (!ingest.drain(drain)) {
      LOG.warn("work was under way after {}; what is not done by its end is handed back", drain);
    }
    try {
      ingest.close();
    } finally {
      released.countDown();
    }
  }

  /** After a start of the application that failed, or beside an engine that it closed itself. */
  @Override
  public void destroy() {
    released.countDown();
  }

  @Override
  public boolean isRunning() {
    return !ended && ingest.isRunning();
  }

  @Override
  public boolean isAutoStartup() {
    return autoStartup;
  }

  /** A cached context of tests is not stopped while others run: the engine could not go on. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
