package dev.ingest.core;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.StageRef;

/**
 * Hears what the engine does, for progress and metrics. A hint like all notifications: the ledger
 * is the truth. Quick to return; what it throws is counted and reported as {@link #driverFailed}
 * and changes nothing else.
 *
 * <p>What happens to sequences at work is told by one thread, one piece after the other, and in
 * order for what one engine did to one sequence. A sequence counts as at work until that news has
 * been told, so a slow listener slows the engine down. {@link #itemTaken} and {@link #accepted} are
 * told by the thread that uploads, {@link #driverFailed} by whichever met the error or by the one
 * that tells; any of them may come before or after the others.
 */
public interface EngineListener {

  /** Hears nothing. */
  EngineListener NONE = new EngineListener() {};

  /**
   * An item's bytes were taken. They are not durable before the upload says so.
   *
   * @param key the sequence
   * @param item the item
   * @param bytes its length
   */
  default void itemTaken(SequenceKey key, ItemName item, long bytes) {}

  /**
   * A receipt is out.
   *
   * @param receipt the receipt
   */
  default void accepted(Receipt receipt) {}

  /**
   * A stage's output was committed.
   *
   * @param entry the entry after it
   * @param stage the stage
   */
  default void stageDone(Entry entry, StageRef stage) {}

  /**
   * A sequence was verified and published.
   *
   * @param entry the entry after it
   */
  default void published(Entry entry) {}

  /**
   * A sequence became FAILED.
   *
   * @param entry the entry after it
   */
  default void failed(Entry entry) {}

  /**
   * A replacement run's candidate was verified and published instead of the result before.
   *
   * @param entry the entry after it
   */
  default void replaced(Entry entry) {}

  /**
   * A shadow run's candidate was verified and compared with the published result.
   *
   * @param entry the entry after it
   * @param isEqual whether no difference was found
   * @param report what the comparison found, at most 1,000 characters
   */
  default void compared(Entry entry, boolean isEqual, String report) {}

  /**
   * A replacement or shadow run failed; the published result stays.
   *
   * @param entry the entry after it
   * @param run the run as it was
   */
  default void sideRunFailed(Entry entry, Run run) {}

  /**
   * A backfill that this engine drives has moved: ids were started or have ended. Of several moves
   * in short time some are not told.
   *
   * @param progress how far it is
   */
  default void backfillMoved(BackfillProgress progress) {}

  /**
   * Alerts wait at the end of {@link Ingest#runUntilIdle}, and the lease of the pump is with
   * another process of which nothing was seen meanwhile, so that it may have been killed. The run
   * waits for it, or for its lease to be over, unless this engine does not watch. Told once in a
   * run, and not again by an engine for which that process has not beaten since.
   *
   * @param pump the last beat of that process
   */
  default void alertsHeldUp(Beat pump) {}

  /**
   * A driver, a task or a listener threw where nothing should. If many errors come while this does
   * not return, some are only logged and counted.
   *
   * @param driver what threw
   * @param cause what it threw
   * @param total how often anything did since the start
   */
  default void driverFailed(String driver, Throwable cause, long total) {}
}
