package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.util.List;

/**
 * A page of entries.
 *
 * @param entries the entries in key order
 * @param more whether others may follow; continue after the last key. Never true without an entry
 */
public record EntryPage(List<Entry> entries, boolean more) {

  /**
   * Copies the list and checks that paging can go on.
   *
   * @param entries the entries in key order
   * @param more whether others may follow
   */
  public EntryPage {
    entries = List.copyOf(entries);
    if (more && entries.isEmpty()) {
      throw new InvalidValueException(
          Kind.NUMBER, "0 entries, more", "a page that others follow has a last entry");
    }
  }
}
