package dev.ingest.spi.content;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.util.List;

/**
 * One page of a listing.
 *
 * @param entries the entries in key order, at most as many as asked for; {@link
 *     ContentStat#checksum()} is usually empty
 * @param more whether keys may follow the last entry; continue after its key. Never true without an
 *     entry
 */
public record ContentPage(List<ContentStat> entries, boolean more) {

  /**
   * Copies the list and checks that paging can go on.
   *
   * @param entries the entries in key order
   * @param more whether keys may follow the last entry
   */
  public ContentPage {
    entries = List.copyOf(entries);
    if (more && entries.isEmpty()) {
      throw new InvalidValueException(
          Kind.NUMBER, "0 entries, more", "a page that others follow has a last entry");
    }
  }
}
