package com.example.packs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What must not get lost when the power does, apart so that a test can lose it. */
interface Disk {

  /** The real one. */
  Disk REAL =
      new Disk() {
        @Override
        public void sync(Path file, FileChannel channel) throws IOException {
          channel.force(true);
        }

        @Override
        public void link(Path file, Path name) throws IOException {
          Files.createLink(name, file);
        }

        @Override
        public void delete(Path file) throws IOException {
          Files.deleteIfExists(file);
        }

        @Override
        public void syncNames(Path directory) throws IOException {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          }
        }
      };

  /** Makes a file's bytes durable, but not its name. */
  void sync(Path file, FileChannel channel) throws IOException;

  /** Gives a file one more name in the same directory. A name that is taken is an error. */
  void link(Path file, Path name) throws IOException;

  /** Removes a name, if it is there. */
  void delete(Path file) throws IOException;

  /** Makes a directory's names durable, and that names are gone. */
  void syncNames(Path directory) throws IOException;
}
