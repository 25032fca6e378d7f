package dev.ingest.store.jdbc;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.WorkRef;

/**
 * Where an entry in flight waits: one number for the work that it is due for and its owner's lane,
 * so that one narrow index on (number, time) serves every claim.
 *
 * <p>The upper 58 bits hash the work, the lower {@value #BITS} the owner. The hashes are FNV-1a
 * over UTF-16 units, finished by the mixer of SplitMix64; they are stored, so they never change.
 * Work whose hash collides with other work's would be claimed with it, which costs nothing but a
 * hand-back; at a thousand kinds of work that has a chance of 1 in 10<sup>11</sup>.
 */
final class Lanes {

  /** The number of lanes of each kind of work. */
  static final int COUNT = 64;

  private static final int BITS = 6;
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Lanes() {}

  static long of(Entry entry) {
    return of(entry.active().work(), entry.key().owner());
  }

  static long of(WorkRef work, OwnerId owner) {
    return first(work) | (mixed(hash(FNV_OFFSET, owner.value())) & (COUNT - 1));
  }

  /** Returns the number of a kind of work's first lane; the others follow. */
  static long first(WorkRef work) {
    long hash = hash(FNV_OFFSET, work.pipeline());
    if (work.stage().isPresent()) {
      hash = hash(unit(hash, '\n'), work.stage().get().name());
      hash = unit(hash, work.stage().get().contractVersion());
    }
    return mixed(hash) << BITS;
  }

  private static long hash(long start, String text) {
    long hash = start;
    for (int i = 0; i < text.length(); i++) {
      hash = unit(hash, text.charAt(i));
    }
    return hash;
  }

  private static long unit(long hash, int unit) {
    return (hash ^ unit) * FNV_PRIME;
  }

  private static long mixed(long hash) {
    long mixed = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
