package dev.ingest.spi;

/**
 * An error that nothing in the engine handles, so that it reaches whoever called the engine: that a
 * promise of the engine's was broken, or, in a test, that the process died. Whatever else is
 * thrown, of any kind and declared or not, costs what was being done at most: a stage that throws
 * it has failed in this attempt, a driver goes on with its next tick.
 *
 * <p>It is for checkers of whole runs without threads, such as a simulation, which call the
 * engine's ticks themselves and have to see it. An embedder has no use for it, and no production
 * code throws it. An engine that runs on threads of its own has no caller to reach: there it ends
 * what was being done, without an outcome, so that a lease runs out, and a driver reports it like
 * any other error and goes on. What listeners, meters and sinks throw is caught in any case.
 */
public abstract class UnhandledError extends Error {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what happened
   */
  protected UnhandledError(String message) {
    super(message);
  }
}
