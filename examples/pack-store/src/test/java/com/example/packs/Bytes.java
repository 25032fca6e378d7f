package com.example.packs;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentBody;
import java.io.ByteArrayInputStream;
import java.util.OptionalLong;

/** An array on its way into a store. */
final class Bytes implements ContentBody {

  private final byte[] bytes;
  private final ByteArrayInputStream in;

  Bytes(byte[] bytes) {
    this.bytes = bytes;
    this.in = new ByteArrayInputStream(bytes);
  }

  @Override
  public OptionalLong length() {
    return OptionalLong.of(bytes.length);
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    return in.read(buffer, offset, length);
  }

  @Override
  public Digest digest() {
    return Digest.of(bytes);
  }
}
