package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.util.List;

/**
 * A page of entries in the order of their places.
 *
 * @param rows the rows
 * @param more whether others may follow; continue after the last place. Never true without a row
 */
public record AuditPage(List<AuditRow> rows, boolean more) {

  /**
   * Copies the list and checks that paging can go on.
   *
   * @param rows the rows
   * @param more whether others may follow
   */
  public AuditPage {
    rows = List.copyOf(rows);
    if (more && rows.isEmpty()) {
      throw new InvalidValueException(
          Kind.NUMBER, "0 rows, more", "a page that others follow has a last row");
    }
  }
}
