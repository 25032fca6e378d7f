package dev.ingest.spi;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeSet;

/**
 * A growing set of item names that tells twins apart from newcomers in constant space per name.
 *
 * <p>Keeps the first 64 bits of SHA-256 over each {@link ItemName#twinKey()} in an open-addressing
 * table: at the limit of 1,000,000 names 16 MiB instead of the names themselves. A twin is never
 * missed; that two strangers among 1,000,000 are taken for twins has a probability below 3 ×
 * 10<sup>-8</sup> (birthday bound n²/2<sup>65</sup>), and then the upload is refused, not damaged.
 *
 * <p><b>Names that were searched for.</b> Whoever uploads chooses the names, and can find ones
 * whose fingerprints begin close together, 200,000 of them in ten seconds. In a table alone they
 * would make one run, and each further name cost the length of it: a minute instead of a tenth of a
 * second, wherever their manifest is read. So a bounded number of slots is looked at, and those
 * that find none free among them are kept in a tree beside the table, 64 bytes each. Not safe for
 * use by several threads.
 */
public final class DistinctNames {

  private static final int INITIAL_SLOTS = 64;

  /** Of a million names that nobody searched for, a few at most find none free among so many. */
  private static final int MOST_LOOKS = 64;

  private static final int NO_SLOT = -1;

  private long[] slots = new long[INITIAL_SLOTS];
  private final TreeSet<Long> crowded = new TreeSet<>();
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
    boolean added = insert(fingerprint(name));
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
    int at = place(bits);
    return at == NO_SLOT ? crowded.contains(bits) : slots[at] == bits;
  }

  /** Returns how many are kept beside the table. */
  int crowded() {
    return crowded.size();
  }

  private static long fingerprint(ItemName name) {
    long bits = ByteBuffer.wrap(Digest.ofUtf8(name.twinKey()).toBytes()).getLong();
    // Zero marks an empty slot.
    return bits == 0 ? 1 : bits;
  }

  private void grow() {
    long[] before = slots;
    List<Long> beside = List.copyOf(crowded);
    slots = new long[before.length * 2];
    crowded.clear();
    for (long bits : before) {
      if (bits != 0) {
        insert(bits);
      }
    }
    beside.forEach(this::insert);
  }

  private boolean insert(long bits) {
    int at = place(bits);
    if (at == NO_SLOT) {
      return crowded.add(bits);
    }
    boolean free = slots[at] == 0;
    slots[at] = bits;
    return free;
  }

  /**
   * Finds the slot of a fingerprint, or a free one for it. As none is ever given up, one that found
   * none free finds none later.
   */
  private int place(long bits) {
    int mask = slots.length - 1;
    int at = (int) bits & mask;
    for (int looks = 0; looks < MOST_LOOKS; looks++) {
      if (slots[at] == 0 || slots[at] == bits) {
        return at;
      }
      at = (at + 1) & mask;
    }
    return NO_SLOT;
  }
}
