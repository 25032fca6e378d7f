package dev.ingest.core;

import dev.ingest.spi.ledger.StageRef;
import java.util.Set;

/**
 * A named step of a pipeline: user code that turns items into items.
 *
 * <p>A stage may run more than once for one sequence (after a crash, a lost lease or a redrive), so
 * its effects elsewhere must be idempotent: use {@link StageContext#idempotencyKey()}. What it
 * emits becomes visible to the next stage only if its lease is still current when it ends.
 *
 * <p><b>Contracts.</b> The version in {@link #ref()} is that of what the stage emits. Which stages
 * may stand before it is declared by {@link #accepts()}, and a pipeline in which one does not fit
 * the next is not built. Work waits for a stage by name and contract version, never for a version
 * of the code: while an old and a new contract are deployed side by side, {@link #alsoRuns()} says
 * for which older versions the new code can take the work over.
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
   * Names the stages whose output this one can take. A pipeline is built only if the stage before
   * is one of them.
   *
   * @return names and contract versions, the same value always; empty, as by default, if it takes
   *     the output of any stage and the uploaded items
   */
  default Set<StageRef> accepts() {
    return Set.of();
  }

  /**
   * Names older contract versions of this stage for which this code can run what waits. It gets the
   * input that the older version took, and what it emits counts as of its own version: the run goes
   * on at the stage that follows in this node's pipeline.
   *
   * @return versions below that of {@link #ref()}, the same value always; empty by default
   */
  default Set<Integer> alsoRuns() {
    return Set.of();
  }

  /**
   * Processes one sequence. Returning normally means that everything was emitted, or that another
   * system was asked to complete the stage later ({@link StageContext#completeLater}).
   *
   * @param context the input and where the output goes
   * @throws PermanentStageException if another attempt cannot succeed: the sequence becomes FAILED
   * @throws Exception for anything that another attempt may mend: the sequence is retried with
   *     back-off until its attempts are spent, then FAILED
   */
  void run(StageContext context) throws Exception;

  /**
   * Copies with the stages that may stand before it.
   *
   * @param before names and contract versions, at least one
   * @return a stage that does the same
   * @throws IllegalArgumentException without any
   */
  default Stage accepting(StageRef... before) {
    if (before.length == 0) {
      throw new IllegalArgumentException(
          "stage " + ref() + " is to accept none; name one, or do not restrict it");
    }
    return new DeclaredStage(this, Set.of(before), alsoRuns());
  }

  /**
   * Copies with older contract versions for which this code can run what waits.
   *
   * @param versions as {@link #alsoRuns()}, each once
   * @return a stage that does the same
   * @throws IllegalArgumentException if one is not below the stage's own
   */
  default Stage alsoRunning(Integer... versions) {
    return new DeclaredStage(this, accepts(), Set.of(versions));
  }

  /**
   * Names a stage whose code is in another service, so that each service builds the same pipeline
   * and runs its own part of it.
   *
   * @param ref its name and contract version
   * @return a stage that no node with this pipeline runs
   */
  static Stage elsewhere(StageRef ref) {
    return new RemoteStage(ref);
  }

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
