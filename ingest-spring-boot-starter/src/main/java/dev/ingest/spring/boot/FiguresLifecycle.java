package dev.ingest.spring.boot;

import dev.ingest.micrometer.LedgerFigures;
import org.springframework.context.SmartLifecycle;

/**
 * Closes the figures of the ledger before the engine, by whose outlook they are read. The engine
 * ends in its phase, so that it would be too late when beans are destroyed; after a start that
 * failed no phase is stopped, and the bean is closed as any other.
 */
final class FiguresLifecycle implements SmartLifecycle {

  /** Stopped just before the engine's phase. */
  static final int PHASE = EngineLifecycle.PHASE + 1;

  private final LedgerFigures figures;
  private volatile boolean running;

  FiguresLifecycle(LedgerFigures figures) {
    this.figures = figures;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    figures.close();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** As the engine, which is not paused either: figures that are closed do not come back. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
