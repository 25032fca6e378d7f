package dev.ingest.testkit.fault;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentBody;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.OptionalLong;

/** A body that keeps what it gave out, so that a put can be delivered twice. */
final class RecordedBody implements ContentBody {

  private final ContentBody body;
  private final ByteArrayOutputStream given = new ByteArrayOutputStream();

  RecordedBody(ContentBody body) {
    this.body = body;
  }

  @Override
  public OptionalLong length() {
    return body.length();
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = body.read(buffer, offset, length);
    if (read > 0) {
      given.write(buffer, offset, read);
    }
    return read;
  }

  @Override
  public Digest digest() {
    return body.digest();
  }

  /** Returns the same bytes once more, after all of them were given out. */
  ContentBody again() {
    byte[] bytes = given.toByteArray();
    ByteArrayInputStream source = new ByteArrayInputStream(bytes);
    return new ContentBody() {
      @Override
      public OptionalLong length() {
        return OptionalLong.of(bytes.length);
      }

      @Override
      public int read(byte[] buffer, int offset, int length) {
        return source.read(buffer, offset, length);
      }

      @Override
      public Digest digest() {
        return Digest.of(bytes);
      }
    };
  }
}
