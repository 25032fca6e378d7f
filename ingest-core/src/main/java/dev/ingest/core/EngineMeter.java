package dev.ingest.core;

import dev.ingest.spi.ledger.Transition;
import java.time.Duration;

/**
 * Counts what one engine does, for metrics. Unlike an {@link EngineListener} it is asked on the
 * threads that do the work, that of the commits among them, and misses nothing: so it only counts,
 * returns at once, does no I/O and waits for nothing. What it throws is counted and reported as
 * {@link EngineListener#driverFailed} and changes nothing else. Called by several threads at a
 * time.
 */
public interface EngineMeter {

  /** Counts nothing, and costs nothing: an engine without a meter makes none of these calls. */
  EngineMeter NONE = new EngineMeter() {};

  /**
   * A transition of this engine is in the ledger. Told once for each, after the ledger has answered
   * and before whoever waits for the answer has it; not told of one whose outcome this engine never
   * learned, though it may have taken effect.
   *
   * @param transition the transition
   */
  default void committed(Transition transition) {}

  /**
   * The ledger was asked to commit a batch. What it does not know of the batch is submitted again,
   * and that is another call.
   *
   * @param transitions how many, 1 or more
   * @param took how long the call took
   * @param isAnswered whether the outcome of each is known
   */
  default void batchAnswered(int transitions, Duration took, boolean isAnswered) {}

  /**
   * An attempt at a piece of work came to an end that the ledger knows. An attempt that was handed
   * back, or goes on in another system, has not ended.
   *
   * @param end how
   */
  default void workEnded(WorkEnd end) {}

  /**
   * A driver, a task or a listener threw where nothing should.
   *
   * @param driver what threw
   */
  default void driverFailed(String driver) {}
}
