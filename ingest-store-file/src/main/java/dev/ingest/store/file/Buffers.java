package dev.ingest.store.file;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/** A bounded stock of buffers for reuse; those beyond the bound are left to the collector. */
final class Buffers {

  /** One transfer: large enough that system calls cost nothing next to the bytes. */
  static final int BYTES = 256 << 10;

  /** One read: past the page cache each waits for the device, so it asks for more. */
  static final int DIRECT_BYTES = 1 << 20;

  private static final int MAX_IDLE = 8;

  private final int alignment;
  private final ArrayBlockingQueue<byte[]> arrays = new ArrayBlockingQueue<>(MAX_IDLE);
  private final ArrayBlockingQueue<ByteBuffer> direct = new ArrayBlockingQueue<>(MAX_IDLE);

  /** Direct buffers start at a multiple of the alignment, which divides their size. */
  Buffers(int alignment) {
    this.alignment = alignment;
  }

  byte[] array() {
    byte[] idle = arrays.poll();
    return idle == null ? new byte[BYTES] : idle;
  }

  ByteBuffer direct() {
    ByteBuffer idle = direct.poll();
    return idle == null
        ? ByteBuffer.allocateDirect(DIRECT_BYTES + alignment - 1).alignedSlice(alignment)
        : idle.clear();
  }

  /** Takes an array back, which its giver must not touch again; false if there are enough. */
  boolean giveBack(byte[] array) {
    return arrays.offer(array);
  }

  /** Takes a buffer back, which its giver must not touch again; false if there are enough. */
  boolean giveBack(ByteBuffer buffer) {
    return direct.offer(buffer);
  }
}
