package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.util.List;

/**
 * A page of a recount, in the order of its keys, all of one hour.
 *
 * @param cells what is kept and what was counted
 * @param more whether others may follow; continue after the last key. Never true without a cell
 */
public record CensusRecountPage(List<CensusRecount> cells, boolean more) {

  /**
   * Copies the list and checks that paging can go on.
   *
   * @param cells what is kept and what was counted
   * @param more whether others may follow
   */
  public CensusRecountPage {
    cells = List.copyOf(cells);
    if (more && cells.isEmpty()) {
      throw new InvalidValueException(
          Kind.NUMBER, "0 cells, more", "a page that others follow has a last cell");
    }
  }
}
