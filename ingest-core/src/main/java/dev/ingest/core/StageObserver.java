package dev.ingest.core;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.StageRef;

/**
 * Stands around each attempt at a stage of a pipeline, on the thread that runs it: for tracing.
 * Whatever it does decides nothing: an attempt that it does not run is run after it, and what it
 * throws of its own is logged. Safe for use by several threads.
 */
@FunctionalInterface
public interface StageObserver {

  /**
   * Observes an attempt, by running it once, on the thread of this call.
   *
   * @param pipeline the pipeline's name
   * @param stage the stage
   * @param sequence the sequence
   * @param attempt the attempt
   * @throws Exception what the attempt throws
   */
  void observe(String pipeline, StageRef stage, SequenceKey sequence, Attempt attempt)
      throws Exception;

  /** An attempt that is observed. */
  @FunctionalInterface
  interface Attempt {

    /**
     * Runs it.
     *
     * @throws IllegalStateException a second time, and on another thread than the observer was
     *     called on; the stage is not run by that
     * @throws Exception what the stage throws
     */
    void run() throws Exception;
  }
}
