package dev.ingest.store.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The bytes of one stored file, read in aligned transfers. Not safe for use by several threads. */
final class FileSource implements AutoCloseable {

  private final Disk.Input input;
  private final int alignment;
  private final Buffers buffers;
  private @Nullable ByteBuffer buffer;

  FileSource(Disk.Input input, int alignment, Buffers buffers) {
    this.input = input;
    this.alignment = alignment;
    this.buffers = buffers;
  }

  long size() throws IOException {
    return input.size();
  }

  /**
   * Returns at least one byte from a position on and none from the end on. The bytes are good until
   * the next call.
   *
   * @throws EOFException if the file has become shorter than the end
   */
  ByteBuffer at(long position, long end) throws IOException {
    ByteBuffer into = buffer;
    if (into == null) {
      into = buffers.direct();
      buffer = into;
    }
    int skip = (int) (position % alignment);
    long start = position - skip;
    long wanted = (end - start + alignment - 1) / alignment * alignment;
    into.clear().limit((int) Math.min(into.capacity(), wanted));
    while (into.position() <= skip) {
      int count = input.read(into, start + into.position());
      if (count <= 0) {
        throw new EOFException(
            "expected " + end + " bytes, but the file ends at " + (start + into.position()));
      }
    }
    into.flip().position(skip);
    into.limit((int) Math.min(into.limit(), end - start));
    return into;
  }

  /** Gives the buffer back once nothing is read into it any more. */
  @Override
  public void close() throws IOException {
    ByteBuffer held = buffer;
    buffer = null;
    input.close();
    if (held != null) {
      buffers.giveBack(held);
    }
  }
}
