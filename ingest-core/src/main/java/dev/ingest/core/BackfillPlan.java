package dev.ingest.core;

import dev.ingest.spi.ledger.State;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a backfill would do, as a dry run counts it; nothing is recorded. What is accepted meanwhile
 * may be missed.
 *
 * @param asOf when it was begun, by the ledger's clock
 * @param selection what is selected
 * @param states how many are selected, by their states; states without any are missing
 * @param pipelines how many would be run, by the pipelines on which
 * @param unread of how many parts of the ledger, or given sequences, nothing could be read
 */
public record BackfillPlan(
    Instant asOf,
    Selection selection,
    Map<State, Long> states,
    Map<String, Long> pipelines,
    long unread) {

  /**
   * Copies the maps.
   *
   * @param asOf when it was begun
   * @param selection what is selected
   * @param states how many are selected, by their states
   * @param pipelines how many would be run, by the pipelines on which
   * @param unread of how many parts nothing could be read
   */
  public BackfillPlan {
    Map<State, Long> byState = new EnumMap<>(State.class);
    byState.putAll(states);
    states = Collections.unmodifiableMap(byState);
    pipelines = Collections.unmodifiableMap(new TreeMap<>(pipelines));
  }

  /**
   * What is selected, in sums.
   *
   * @param looked how many sequences were looked at
   * @param sequences how many are selected, those that are unrecoverable among them
   * @param owners of how many owners
   * @param bytes of how many raw bytes, of those that would be run
   * @param unrecoverable how many of them have no raw bytes, so that nothing can be made of them
   * @param untold how many are selected because the ledger does not keep what would tell
   */
  public record Selection(
      long looked, long sequences, long owners, long bytes, long unrecoverable, long untold) {}

  /**
   * Counts what would be run.
   *
   * @return the selected ones that have raw bytes
   */
  public long planned() {
    return selection.sequences() - selection.unrecoverable();
  }

  /**
   * Tells whether everything was read that the question needs.
   *
   * @return true without unread parts
   */
  public boolean isWhole() {
    return unread == 0;
  }
}
