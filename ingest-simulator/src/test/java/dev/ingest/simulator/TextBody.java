package dev.ingest.simulator;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentBody;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** A short text as a body. */
final class TextBody implements ContentBody {

  private final byte[] bytes;
  private final ByteArrayInputStream source;

  TextBody(String text) {
    this.bytes = text.getBytes(StandardCharsets.UTF_8);
    this.source = new ByteArrayInputStream(bytes);
  }

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
}
