package com.example.packs;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentBody;
import java.io.ByteArrayInputStream;
import java.util.OptionalLong;

/** An array on its way into a store. */
final class Bytes implements ContentBody {

  private final byte[] bytes;
  private final OptionalLong length;
  private final ByteArrayInputStream in;

  Bytes(byte[] bytes) {
    this(bytes, OptionalLong.of(bytes.length));
  }

  private Bytes(byte[] bytes, OptionalLong length) {
    this.bytes = bytes;
    this.length = length;
    this.in = new ByteArrayInputStream(bytes);
  }

  static Bytes unannounced(byte[] bytes) {
    return new Bytes(bytes, OptionalLong.empty());
  }

  @Override
  public OptionalLong length() {
    return length;
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
