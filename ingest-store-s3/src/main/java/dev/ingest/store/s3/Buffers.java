package dev.ingest.store.s3;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * A bounded stock of arrays for parts; smaller arrays are left to the collector.
 *
 * <p>Parts grow within a large item, and idle arrays of another size would take memory that the new
 * ones need, beside the small parts of the next item as beside the larger ones of this: so they go
 * as soon as an array is made. Of a smaller one at least as many bytes go. Safe for several
 * threads.
 */
final class Buffers {

  private final int size;
  private final long most;
  private final ArrayDeque<byte[]> idle = new ArrayDeque<>();
  private long idleBytes;

  /** For parts of a first size, of which so many bytes are kept at most. */
  Buffers(int size, long most) {
    this.size = size;
    this.most = most;
  }

  synchronized byte[] take(int bytes) {
    for (Iterator<byte[]> each = idle.iterator(); each.hasNext(); ) {
      byte[] array = each.next();
      if (array.length == bytes) {
        each.remove();
        idleBytes -= bytes;
        return array;
      }
    }
    if (bytes >= size) {
      idle.clear();
      idleBytes = 0;
    }
    for (long gone = 0; gone < bytes && !idle.isEmpty(); ) {
      int length = idle.remove().length;
      idleBytes -= length;
      gone += length;
    }
    return new byte[bytes];
  }

  /** Takes an array back, which its giver must not touch again; false if it is not wanted. */
  synchronized boolean giveBack(byte[] array) {
    if (array.length < size || idleBytes + array.length > most) {
      return false;
    }
    idle.add(array);
    idleBytes += array.length;
    return true;
  }

  /** What lies idle, in bytes. */
  synchronized long idleBytes() {
    return idleBytes;
  }
}
