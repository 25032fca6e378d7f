package dev.ingest.cli.bag;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import java.nio.file.Path;
import java.util.List;

/**
 * A bag that was found to be whole: every checksum of every manifest was compared.
 *
 * @param items the items of the sequence that it holds, in order
 */
public record Bag(List<Item> items) {

  /**
   * Copies the list.
   *
   * @param items the items, in order
   */
  public Bag {
    items = List.copyOf(items);
  }

  /**
   * An item.
   *
   * @param name its name in the sequence
   * @param file where it is
   * @param length its length in bytes when it was read
   * @param digest the digest of its bytes when they were read
   */
  public record Item(ItemName name, Path file, long length, Digest digest) {}
}
