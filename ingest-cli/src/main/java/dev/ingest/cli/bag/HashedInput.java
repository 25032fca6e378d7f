package dev.ingest.cli.bag;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Map;

/** Bytes that are digested as they are read, whoever reads them. For one thread. */
final class HashedInput extends FilterInputStream {

  private static final int BUFFER = 1 << 16;

  private final Hashing hashing;

  HashedInput(InputStream in, Collection<Algorithm> algorithms) {
    super(in);
    this.hashing = new Hashing(algorithms);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = super.read(buffer, offset, length);
    if (count > 0) {
      hashing.update(buffer, offset, count);
    }
    return count;
  }

  @Override
  public long skip(long wanted) {
    throw new UnsupportedOperationException("bytes that are skipped would not be digested");
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /** Reads what is left and returns the digests of all bytes. */
  Map<Algorithm, byte[]> drain() throws IOException {
    byte[] buffer = new byte[BUFFER];
    int count;
    do {
      count = read(buffer, 0, buffer.length);
    } while (count >= 0);
    return hashing.finish();
  }

  /** Returns how many bytes were read. */
  long bytes() {
    return hashing.bytes();
  }
}
