package dev.ingest.store.s3;

import java.util.concurrent.ArrayBlockingQueue;

/** A bounded stock of arrays for parts of the first size; others are left to the collector. */
final class Buffers {

  private final int size;
  private final ArrayBlockingQueue<byte[]> idle;

  Buffers(int size, int most) {
    this.size = size;
    this.idle = new ArrayBlockingQueue<>(most);
  }

  byte[] take(int bytes) {
    byte[] array = bytes == size ? idle.poll() : null;
    return array == null ? new byte[bytes] : array;
  }

  /** Takes an array back, which its giver must not touch again; false if it is not wanted. */
  boolean giveBack(byte[] array) {
    return array.length == size && idle.offer(array);
  }
}
