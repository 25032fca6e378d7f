package dev.ingest.spi;

/**
 * An error that nothing in the engine handles, so that it reaches whoever called the engine: that a
 * promise of the engine's was broken, or, in a test, that the process died. Whatever else is
 * thrown, of any kind and declared or not, costs what was being done at most: a stage that throws
 * it has failed in this attempt, a driver goes on with its next tick. No production code throws
 * this.
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
