package dev.ingest.testkit.fault;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentBody;
import java.io.IOException;
import java.util.OptionalLong;

/** A body whose source breaks off. */
final class TornBody implements ContentBody {

  private final ContentBody body;
  private final String message;
  private int left;

  TornBody(ContentBody body, int kept, String message) {
    this.body = body;
    this.left = kept;
    this.message = message;
  }

  @Override
  public OptionalLong length() {
    return body.length();
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (left == 0) {
      throw new IOException(message);
    }
    int read = body.read(buffer, offset, Math.min(length, left));
    if (read < 0) {
      throw new IOException(message);
    }
    left -= read;
    return read;
  }

  @Override
  public Digest digest() {
    throw new IllegalStateException("the body broke off: " + message);
  }
}
