package dev.ingest.spring.boot;

import dev.ingest.micrometer.LedgerFigures;

/**
 * Closes the figures of the ledger just before the engine, by whose outlook they are read. The
 * engine ends in its phase, so that it would be too late when beans are destroyed; after a start
 * that failed no phase is stopped, and the bean is closed as any other.
 */
final class FiguresLifecycle extends EndingLifecycle {

  private final LedgerFigures figures;

  FiguresLifecycle(LedgerFigures figures) {
    super(EngineLifecycle.PHASE + 1);
    this.figures = figures;
  }

  @Override
  void end() {
    figures.close();
  }
}
