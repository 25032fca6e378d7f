package dev.ingest.core;

import dev.ingest.core.engine.Beats;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When a watcher last did its work.
 *
 * @param watcher its name, such as {@code sentinel}
 * @param holder which node does it, or did it last; empty if it ended in order, or never beat
 * @param last when it beat last, by the ledger's clock, or since when it is expected to
 * @param period the longest time between two beats of one that is well
 * @param beats how often it has beaten; 0 if never
 */
public record Beat(
    String watcher, Optional<NodeId> holder, Instant last, Duration period, long beats) {

  /**
   * Reads the beats, for those who have no engine.
   *
   * @param ledger the ledger
   * @return as {@link Outlook#beats()}
   */
  public static List<Beat> in(LedgerStore ledger) {
    return Beats.of(ledger);
  }

  /**
   * Tells whether it is at work.
   *
   * @param now the ledger's time
   * @return true if a node does it, and is not silent
   */
  public boolean isLive(Instant now) {
    return holder.isPresent() && !isSilent(now);
  }

  /**
   * Tells whether it should have beaten by now.
   *
   * @param now the ledger's time
   * @return true if its last beat is older than two of its periods and it did not end in order, or
   *     as far ahead, of a clock that went back since; and if it has been expected for so long and
   *     never beat
   */
  public boolean isSilent(Instant now) {
    boolean hasEnded = holder.isEmpty() && beats > 0;
    return !hasEnded && Duration.between(last, now).abs().compareTo(period.multipliedBy(2)) > 0;
  }
}
