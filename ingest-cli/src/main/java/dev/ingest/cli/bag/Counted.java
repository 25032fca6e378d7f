package dev.ingest.cli.bag;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Bytes whose reading is told of. */
public final class Counted extends FilterInputStream {

  private final LongConsumer progress;

  /**
   * Wraps a stream.
   *
   * @param in the bytes
   * @param progress hears how many bytes each read brought, 0 at the end
   */
  public Counted(InputStream in, LongConsumer progress) {
    super(in);
    this.progress = progress;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    progress.accept(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = super.read(buffer, offset, length);
    progress.accept(Math.max(0, count));
    return count;
  }
}
