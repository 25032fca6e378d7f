package dev.ingest.cli.bag;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Map;

/** A new file whose bytes are digested as they are written. For one thread. */
final class HashedOutput implements AutoCloseable {

  private final OutputStream out;
  private final Hashing hashing;

  HashedOutput(Path file, Collection<Algorithm> algorithms) throws IOException {
    this.out =
        new BufferedOutputStream(
            Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            1 << 16);
    this.hashing = new Hashing(algorithms);
  }

  void write(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    write(bytes, bytes.length);
  }

  void write(byte[] buffer, int length) throws IOException {
    hashing.update(buffer, 0, length);
    out.write(buffer, 0, length);
  }

  /** Closes the file and returns the digests of all bytes. */
  Map<Algorithm, byte[]> finish() throws IOException {
    out.close();
    return hashing.finish();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
