package dev.ingest.spi;

import java.nio.ByteBuffer;

/**
 * A growing set of item names that tells twins apart from newcomers in constant space per name.
 *
 * <p>Keeps the first 64 bits of SHA-256 over each {@link ItemName#twinKey()} in an open-addressing
 * table: at the limit of 1,000,000 names 16 MiB instead of the names themselves. A twin is never
 * missed; that two strangers among 1,000,000 are taken for twins has a probability below 3 ×
 * 10<sup>-8</sup> (birthday bound n²/2<sup>65</sup>), and then the upload is refused, not damaged.
 * Not safe for use by several threads.
 */
public final class DistinctNames {

  private static final int INITIAL_SLOTS = 64;

  private long[] slots = new long[INITIAL_SLOTS];
  private int size;

  /** Creates an empty set. */
  public DistinctNames() {}

  /**
   * Adds a name.
   *
   * @param name the name
   * @return false if the name or a twin of it was added before
   */
  public boolean add(ItemName name) {
    if (size * 2L >= slots.length) {
      grow();
    }
    boolean added = insert(slots, fingerprint(name));
    if (added) {
      size++;
    }
    return added;
  }

  /**
   * Tells whether a name or a twin of it was added.
   *
   * @param name the name
   * @return false if {@link #add} would add it
   */
  public boolean contains(ItemName name) {
    long bits = fingerprint(name);
    int mask = slots.length - 1;
    int at = (int) bits & mask;
    while (slots[at] != 0 && slots[at] != bits) {
      at = (at + 1) & mask;
    }
    return slots[at] == bits;
  }

  private static long fingerprint(ItemName name) {
    long bits = ByteBuffer.wrap(Digest.ofUtf8(name.twinKey()).toBytes()).getLong();
    // Zero marks an empty slot.
    return bits == 0 ? 1 : bits;
  }

  private void grow() {
    long[] larger = new long[slots.length * 2];
    for (long bits : slots) {
      if (bits != 0) {
        insert(larger, bits);
      }
    }
    slots = larger;
  }

  private static boolean insert(long[] table, long bits) {
    int mask = table.length - 1;
    int at = (int) bits & mask;
    while (table[at] != 0) {
      if (table[at] == bits) {
        return false;
      }
      at = (at + 1) & mask;
    }
    table[at] = bits;
    return true;
  }
}
