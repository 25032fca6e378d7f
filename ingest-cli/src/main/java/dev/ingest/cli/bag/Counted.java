package dev.ingest.cli.bag;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Bytes whose reading is told of. */
final class Counted extends FilterInputStream {

  private final LongConsumer progress;

  Counted(InputStream in, LongConsumer progress) {
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
