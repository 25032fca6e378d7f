package dev.ingest.core;

import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import java.util.List;

/**
 * What a recorded act did to a sequence, or would do.
 *
 * @param before the entry before it
 * @param after the entry after it
 * @param alerts what is told with it
 * @param committed whether it was done; false for a rehearsal
 */
public record ActReport(Entry before, Entry after, List<AlertRow> alerts, boolean committed) {

  /**
   * Copies the list.
   *
   * @param before the entry before it
   * @param after the entry after it
   * @param alerts what is told with it
   * @param committed whether it was done
   */
  public ActReport {
    alerts = List.copyOf(alerts);
  }
}
