package dev.ingest.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is there whole or as it was before: written beside its place, synced, and moved there
 * in one step. One that is not finished leaves nothing behind.
 */
final class WholeFile implements AutoCloseable {

  private final Path file;
  private final Path beside;
  private final FileChannel channel;
  private final BufferedWriter out;
  private boolean isFinished;

  WholeFile(Path file, String unique) {
    this.file = file.toAbsolutePath();
    Path name = this.file.getFileName();
    if (name == null) {
      throw new UsageException("--output " + file + " is no file");
    }
    beside = this.file.resolveSibling("." + name + "." + unique + ".part");
    try {
      channel = FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException("could not write beside " + file + ": " + e, e);
    }
    out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
  }

  Appendable out() {
    return out;
  }

  /** Moves what was written to its place. */
  void finish() {
    try {
      out.flush();
      channel.force(true);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      isFinished = true;
    } catch (IOException e) {
      throw new UncheckedIOException("could not write " + file + ": " + e, e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
      if (!isFinished) {
        Files.deleteIfExists(beside);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("could not close " + file + ": " + e, e);
    }
  }
}
