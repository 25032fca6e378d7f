package dev.ingest.core;

import dev.ingest.spi.ledger.StageRef;

/**
 * A named step of a pipeline: user code that turns items into items.
 *
 * <p>A stage may run more than once for one sequence (after a crash, a lost lease or a redrive), so
 * its effects elsewhere must be idempotent: use {@link StageContext#idempotencyKey()}. What it
 * emits becomes visible to the next stage only if its lease is still current when it ends.
 *
 * <p>Implementations are safe for use by several threads: one instance runs many sequences.
 */
public interface Stage {

  /**
   * Names the stage and the version of its contract with the stage that follows.
   *
   * @return the same value always
   */
  StageRef ref();

  /**
   * Processes one sequence. Returning normally means that everything was emitted.
   *
   * @param context the input and where the output goes
   * @throws PermanentStageException if another attempt cannot succeed: the sequence becomes FAILED
   * @throws Exception for anything that another attempt may mend: the sequence is retried with
   *     back-off until its attempts are spent, then FAILED
   */
  void run(StageContext context) throws Exception;

  /**
   * Makes a stage that treats each item by itself.
   *
   * @param name the stage's name
   * @param contractVersion the version of its contract
   * @param work what to do with each item
   * @return the stage
   */
  static Stage perItem(String name, int contractVersion, ItemWork work) {
    return new PerItemStage(new StageRef(name, contractVersion), work);
  }

  /**
   * Makes a stage that emits every item unchanged.
   *
   * @return a stage named {@code copy}
   */
  static Stage copy() {
    return perItem("copy", 1, (item, context) -> context.emit(item.name(), item.open()));
  }

  /** What a per-item stage does with one item. */
  @FunctionalInterface
  interface ItemWork {

    /**
     * Processes one item.
     *
     * @param item the item
     * @param context where the output goes
     * @throws Exception as {@link Stage#run}
     */
    void apply(StageItem item, StageContext context) throws Exception;
  }
}
