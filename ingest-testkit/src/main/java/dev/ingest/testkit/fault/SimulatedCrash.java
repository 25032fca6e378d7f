package dev.ingest.testkit.fault;

import dev.ingest.spi.UnhandledError;

/**
 * The death of the process, as far as a test inside it can go: nothing may catch it but the test,
 * which then drops every object of the process that died and opens the stores again.
 */
public final class SimulatedCrash extends UnhandledError {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message where the process died
   */
  public SimulatedCrash(String message) {
    super(message);
  }
}
