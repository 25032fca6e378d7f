package dev.ingest.spring.boot;

import org.springframework.context.SmartLifecycle;

/**
 * Ends something in a phase of its own, before the beans are destroyed. What has ended does not
 * come back, so that it is not paused either.
 */
abstract class EndingLifecycle implements SmartLifecycle {

  private final int phase;
  private volatile boolean running;

  EndingLifecycle(int phase) {
    this.phase = phase;
  }

  /** Ends it. */
  abstract void end();

  @Override
  public final void start() {
    running = true;
  }

  @Override
  public final void stop() {
    running = false;
    end();
  }

  @Override
  public final boolean isRunning() {
    return running;
  }

  @Override
  public final boolean isPauseable() {
    return false;
  }

  @Override
  public final int getPhase() {
    return phase;
  }
}
