package dev.ingest.benchmarks.content;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentBody;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.OptionalLong;

/** Bytes from anywhere as a body, digested as they pass. */
final class DigestedBody implements ContentBody, AutoCloseable {

  private final long length;
  private final InputStream in;
  private final MessageDigest running = Digest.newMessageDigest();

  private DigestedBody(long length, InputStream in) {
    this.length = length;
    this.in = in;
  }

  static DigestedBody open(Path file) throws IOException {
    return new DigestedBody(Files.size(file), Files.newInputStream(file));
  }

  static DigestedBody of(byte[] bytes) {
    return new DigestedBody(bytes.length, new ByteArrayInputStream(bytes));
  }

  @Override
  public OptionalLong length() {
    return OptionalLong.of(length);
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    int given = in.read(buffer, offset, count);
    if (given > 0) {
      running.update(buffer, offset, given);
    }
    return given;
  }

  @Override
  public Digest digest() {
    return Digest.finish(running);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
