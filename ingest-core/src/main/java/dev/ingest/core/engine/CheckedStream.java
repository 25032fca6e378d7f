package dev.ingest.core.engine;

import dev.ingest.core.DamagedContentException;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ManifestItem;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Stored bytes that are digested as they are read, and refuse to end if they are damaged. */
final class CheckedStream extends FilterInputStream {

  private final String where;
  private final ManifestItem expected;
  private final MessageDigest running = Digest.newMessageDigest();
  private long count;
  private boolean checked;

  CheckedStream(InputStream stored, ManifestItem expected, String where) {
    super(stored);
    this.expected = expected;
    this.where = where;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int n = read(one, 0, 1);
    return n < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n = super.read(buffer, offset, length);
    if (n > 0) {
      running.update(buffer, offset, n);
      count += n;
    } else if (n < 0) {
      checkEnd();
    }
    return n;
  }

  @Override
  public long skip(long wanted) throws IOException {
    byte[] waste = new byte[(int) Math.min(Math.max(wanted, 1), 8_192)];
    long skipped = 0;
    while (skipped < wanted) {
      int n = read(waste, 0, (int) Math.min(waste.length, wanted - skipped));
      if (n < 0) {
        break;
      }
      skipped += n;
    }
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void checkEnd() {
    if (checked) {
      return;
    }
    Digest actual = Digest.finish(running);
    if (count != expected.length() || !actual.equals(expected.digest())) {
      throw new DamagedContentException(
          "item \"%s\" of %s: expected %d bytes of %s, read %d of %s; restore the stored bytes"
                  .formatted(
                      expected.name(), where, expected.length(), expected.digest(), count, actual)
              + " or upload the sequence again");
    }
    checked = true;
  }
}
