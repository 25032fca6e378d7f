package dev.ingest.cli.photo;

import dev.ingest.core.StageItem;
import java.io.IOException;
import java.io.InputStream;
import javax.imageio.stream.ImageInputStreamImpl;
import org.jspecify.annotations.Nullable;

/**
 * A stage item as an image reader wants it: seekable, in constant memory.
 *
 * <p>Readers go back in two cases: by a few bytes within what they have just read, and once to the
 * start of the image after its header. A window answers the first; for the second the item is
 * opened again. Keeping the bytes instead would cost the size of the photograph in heap.
 *
 * <p>Readers turn every error into their own and take a missing end for a short image, so what
 * happened underneath is kept: {@link #failure} is what the store said, and {@link #ranOut} that
 * the reader asked for more than there is.
 */
final class ItemImageInput extends ImageInputStreamImpl {

  private static final int WINDOW = 1 << 15;
  private static final int MAX_OPENINGS = 8;

  /** As many passes are made over an image at most; encoders make ten. */
  static final int MOST_SCANS = 100;

  private final StageItem item;
  private final byte[] window = new byte[WINDOW];
  private @Nullable InputStream in;
  private long windowStart;
  private int windowLength;
  private int openings;
  private ScanCount scans = new ScanCount();
  private boolean ranOut;
  private @Nullable Exception failure;

  ItemImageInput(StageItem item) {
    this.item = item;
  }

  /** Tells whether the reader wanted bytes past the end. */
  boolean ranOut() {
    return ranOut;
  }

  /** Returns what went wrong underneath the reader. */
  @Nullable Exception failure() {
    return failure;
  }

  @Override
  public int read() throws IOException {
    checkClosed();
    bitOffset = 0;
    if (!covered()) {
      return -1;
    }
    int value = window[(int) (streamPos - windowStart)] & 0xff;
    streamPos++;
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    checkClosed();
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    if (!covered()) {
      return -1;
    }
    int from = (int) (streamPos - windowStart);
    int count = Math.min(length, windowLength - from);
    System.arraycopy(window, from, buffer, offset, count);
    streamPos += count;
    return count;
  }

  @Override
  public long length() {
    return item.length();
  }

  /**
   * Reads on to the end of the item, where its digest is compared: only then is the image known to
   * be that of the bytes which were accepted.
   */
  void drain() throws IOException {
    if (in == null) {
      open();
    }
    while (nextWindow()) {
      checkClosed();
    }
  }

  @Override
  public void close() throws IOException {
    super.close();
    closeItem();
  }

  private boolean covered() throws IOException {
    try {
      if (in == null || streamPos < windowStart) {
        open();
      }
      while (streamPos >= windowStart + windowLength) {
        if (!nextWindow()) {
          ranOut = true;
          return false;
        }
      }
      return true;
    } catch (IOException | RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  private boolean nextWindow() throws IOException {
    if (in == null) {
      throw new IOException("the item is not open");
    }
    windowStart += windowLength;
    windowLength = in.readNBytes(window, 0, WINDOW);
    scans.take(window, windowLength);
    if (scans.scans() > MOST_SCANS) {
      throw new TooManyScansException();
    }
    return windowLength > 0;
  }

  private void open() throws IOException {
    closeItem();
    if (openings == MAX_OPENINGS) {
      throw new IOException("the image reader went back more than " + MAX_OPENINGS + " times");
    }
    openings++;
    windowStart = 0;
    windowLength = 0;
    scans = new ScanCount();
    in = item.open();
  }

  private void closeItem() throws IOException {
    if (in != null) {
      in.close();
      in = null;
    }
  }
}
