package com.example.packs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** The real disk, of which one step fails when it has been done. */
final class FailingDisk implements Disk {

  private int left;
  private Throwable failure = new IOException();

  /** Fails one step, the next being 1, with an {@link IOException} or an {@link Error}. */
  synchronized void failAt(int step, Throwable with) {
    left = step;
    failure = with;
  }

  private synchronized void done() throws IOException {
    left--;
    if (left == 0) {
      if (failure instanceof Error error) {
        throw error;
      }
      throw new IOException(failure.getMessage(), failure);
    }
  }

  @Override
  public void sync(Path file, FileChannel channel) throws IOException {
    REAL.sync(file, channel);
    done();
  }

  @Override
  public void link(Path file, Path name) throws IOException {
    REAL.link(file, name);
    done();
  }

  @Override
  public void delete(Path file) throws IOException {
    REAL.delete(file);
    done();
  }

  @Override
  public void syncNames(Path directory) throws IOException {
    REAL.syncNames(directory);
    done();
  }
}
