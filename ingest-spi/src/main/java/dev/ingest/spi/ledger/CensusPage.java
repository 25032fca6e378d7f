package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.util.List;

/**
 * A page of an hourly census, in the order of its keys.
 *
 * @param cells the cells
 * @param more whether others may follow; continue after the last key. Never true without a cell
 */
public record CensusPage(List<CensusCell> cells, boolean more) {

  /**
   * Copies the list and checks that paging can go on.
   *
   * @param cells the cells
   * @param more whether others may follow
   */
  public CensusPage {
    cells = List.copyOf(cells);
    if (more && cells.isEmpty()) {
      throw new InvalidValueException(
          Kind.NUMBER, "0 cells, more", "a page that others follow has a last cell");
    }
  }
}
