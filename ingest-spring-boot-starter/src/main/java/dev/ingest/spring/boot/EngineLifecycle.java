package dev.ingest.spring.boot;

import dev.ingest.core.Ingest;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the engine with the application, and ends it in order.
 *
 * <p>Lifecycles start in the order of their phases and stop in the opposite one, all of them before
 * any bean is destroyed. This phase is below those in which a web server stops to take requests and
 * listeners stop to take messages, so that nobody uploads any more when the engine ends; and the
 * stores, their DataSource and their S3 client are beans, so that they are there until it has.
 * Stopping happens on the caller's thread, and so is not cut off by the time that Spring gives to a
 * phase: it takes at most the drain, the grace, and what the stores need to answer.
 *
 * <p>Whether the engine runs is the engine's to say, since the application may start it by itself:
 * Spring stops what runs, and nothing else.
 */
final class EngineLifecycle implements SmartLifecycle {

  /** Below the phases of web servers, which are 1,024 and 2,048 below the default. */
  static final int PHASE = DEFAULT_PHASE - 4096;

  private static final Logger LOG = LoggerFactory.getLogger(EngineLifecycle.class);

  private final Ingest ingest;
  private final boolean autoStartup;
  private final Duration drain;
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
    ingest.close();
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
