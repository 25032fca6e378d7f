package dev.ingest.core.engine;

import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.ledger.Entry;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Starts runs of a backfill, and tells how they ended. Which run is whose is in the history: the
 * row that starts it names who did, and its epoch. For one thread.
 */
interface RunStarter {

  /** What became of a start. */
  sealed interface Start {

    /**
     * The run is in the ledger.
     *
     * @param epoch its epoch
     */
    record Started(int epoch) implements Start {}

    /**
     * The entry is not any more as it was seen: look again.
     *
     * @param why what changed
     */
    record Changed(String why) implements Start {}

    /**
     * Nobody can.
     *
     * @param code why, as a code
     */
    record Impossible(String code) implements Start {}

    /**
     * Nobody knows.
     *
     * @param cause what hid the answer
     */
    record Unknown(Throwable cause) implements Start {}
  }

  /** How a run ended, if it did. */
  sealed interface End {

    /** It has not. */
    record Running() implements End {}

    /** Its result was read back, proven and published. */
    record Proven() implements End {}

    /**
     * It did not come to that, and will not.
     *
     * @param code why, as a code
     */
    record Failed(String code) implements End {}
  }

  /**
   * Tells whether a run could be started now: nothing else is at work on the sequence that may well
   * come to an end by itself.
   *
   * @param seen the entry
   * @return whether to begin
   */
  boolean isDue(Entry seen);

  /**
   * Tells what this node lacks to start runs on a pipeline; another may have it.
   *
   * @param pipeline the pipeline
   * @return what; empty if nothing
   */
  Optional<String> lacking(String pipeline);

  /**
   * Begins to start a run of an entry exactly as it was seen, and does not wait.
   *
   * @param seen the entry
   * @param pipeline on which pipeline; this node lacks nothing for it
   * @param backfill in whose name
   * @param by who starts it and why, for the history
   * @param now the ledger's time
   * @return what waits for the outcome; to be asked once
   */
  Supplier<Start> begin(Entry seen, String pipeline, String backfill, Act by, Instant now);

  /**
   * Finds the run that someone started last, by the history up to the entry as it was read.
   *
   * @param entry the entry
   * @param by who started it
   * @return its epoch; empty if there is none
   */
  Optional<Integer> started(Entry entry, Act by);

  /**
   * Tells how a run ended. One that was sent another way meanwhile, which gives it a later epoch
   * and leaves it its backfill's name, goes on as the same.
   *
   * @param entry the entry as it is
   * @param epoch the epoch under which the run was started
   * @param backfill in whose name
   * @return how
   */
  End look(Entry entry, int epoch, String backfill);
}
