package dev.ingest.benchmarks.targets;

import java.io.InputStream;

/** A block of bytes again and again up to a length, which allocates nothing as it is read. */
final class RepeatedBytes extends InputStream {

  private final byte[] block;
  private final long length;
  private long position;

  RepeatedBytes(byte[] block, long length) {
    this.block = block;
    this.length = length;
  }

  @Override
  public int read() {
    return position == length ? -1 : Byte.toUnsignedInt(block[(int) (position++ % block.length)]);
  }

  @Override
  public int read(byte[] into, int offset, int wanted) {
    if (position == length) {
      return wanted == 0 ? 0 : -1;
    }
    int from = (int) (position % block.length);
    int count = (int) Math.min(Math.min(wanted, block.length - from), length - position);
    System.arraycopy(block, from, into, offset, count);
    position += count;
    return count;
  }
}
