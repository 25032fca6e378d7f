package dev.ingest.core.engine;

import dev.ingest.core.Confirmation;
import dev.ingest.core.alert.AlertCode;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.List;
import java.util.Optional;

/**
 * Makes counts of the hourly census right that a recount found wrong, never in silence: each is
 * raised as an alert, with what was kept and what was counted, before it is changed, and who and
 * why is kept as a {@link Confirmation}. Thread-safe.
 */
public final class CensusCorrection {

  private final Node node;

  CensusCorrection(Node node) {
    this.node = node;
  }

  /**
   * Corrects cells.
   *
   * @param differing the cells, by a recount
   * @param by who and why
   */
  public void correct(List<CensusRecount> differing, Act by) {
    LedgerStore ledger = node.ledger();
    int most = ledger.capabilities().maxBatch();
    for (int i = 0; i < differing.size(); i += most) {
      List<CensusRecount> batch = differing.subList(i, Math.min(differing.size(), i + most));
      CensusKey first = batch.get(0).key();
      Confirmations.keep(
          ledger,
          node.seams().randomBits().getAsLong(),
          Confirmation.Subject.CENSUS,
          "%d cells from %s %s %s"
              .formatted(batch.size(), first.hour(), first.pipeline(), first.owner()),
          by);
      ledger
          .alerts()
          .raise(
              batch.stream()
                  .map(cell -> alert(cell, by).row(node.identity(), ledger.ledger().now()))
                  .toList());
      ledger.ledger().holdings().correct(batch.stream().map(CensusRecount::key).toList());
    }
  }

  private static EngineAlert alert(CensusRecount cell, Act by) {
    return new EngineAlert(
        AlertCode.CENSUS_CORRECTED,
        cell.key().pipeline(),
        "",
        Optional.empty(),
        "the census of %s for %s, %s kept %s, and the entries are %s; corrected by %s: %s"
            .formatted(
                cell.key().hour(),
                cell.key().pipeline(),
                cell.key().owner(),
                cell.kept().counts(),
                cell.counted().counts(),
                by.actor(),
                by.reason()));
  }
}
