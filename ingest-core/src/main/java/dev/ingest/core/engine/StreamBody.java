package dev.ingest.core.engine;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentBody;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** An input stream on its way into a store, digested as it passes. */
class StreamBody implements ContentBody {

  private final InputStream in;
  private final OptionalLong length;
  private final DigestLane lane;
  private long count;
  private @Nullable Digest digest;

  StreamBody(InputStream in, OptionalLong length, Executor digests) {
    this.in = in;
    this.length = length;
    this.lane = new DigestLane(digests);
  }

  @Override
  public OptionalLong length() {
    return length;
  }

  @Override
  public final int read(byte[] buffer, int offset, int wanted) {
    if (digest != null) {
      return -1;
    }
    lane.await();
    int n = readSource(buffer, offset, wanted);
    if (n > 0) {
      count += n;
      taken(count);
      // A store writes when its buffer is full, and asks for more before that.
      lane.update(buffer, offset, n, n == wanted);
    } else if (n < 0) {
      Digest whole = lane.finish();
      ended(count, whole);
      digest = whole;
    }
    return n;
  }

  @Override
  public final Digest digest() {
    if (digest == null) {
      throw new IllegalStateException("the body has not been read to its end");
    }
    return digest;
  }

  final long count() {
    return count;
  }

  /** Called after each step with the bytes so far; throws to refuse them. */
  void taken(long soFar) {}

  /** Called at the end; throws to refuse the whole. */
  void ended(long total, Digest whole) {}

  private int readSource(byte[] buffer, int offset, int wanted) {
    try {
      return in.read(buffer, offset, wanted);
    } catch (IOException e) {
      throw new SourceFailure(e);
    }
  }

  /**
   * The source of the bytes failed, not the store. Unchecked, so that it passes a store untouched
   * and cannot be taken for one of the store's own errors.
   */
  static final class SourceFailure extends UncheckedIOException {

    private static final long serialVersionUID = 1L;

    private SourceFailure(IOException cause) {
      super(cause);
    }
  }
}
