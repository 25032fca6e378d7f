package dev.ingest.core.lifecycle;

import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.TransitionKind;
import java.util.List;

/** What the lifecycle makes of an event. */
public sealed interface Decision {

  /**
   * The entry changes.
   *
   * @param after the entry as it shall be, with its version raised and its chain head still the old
   * @param lease what happens to the lease
   * @param kind what the history records
   * @param note who and why, for the history
   * @param alerts what someone must hear of
   */
  record Change(
      Entry after,
      LeaseEffect lease,
      TransitionKind kind,
      HistoryRow.Note note,
      List<AlertRow> alerts)
      implements Decision {

    /**
     * Copies the list.
     *
     * @param after the entry as it shall be
     * @param lease what happens to the lease
     * @param kind what the history records
     * @param note who and why
     * @param alerts what someone must hear of
     */
    public Change {
      alerts = List.copyOf(alerts);
    }
  }

  /**
   * The event does not apply; nothing changes.
   *
   * @param reason expected and actual
   */
  record Refused(String reason) implements Decision {}
}
