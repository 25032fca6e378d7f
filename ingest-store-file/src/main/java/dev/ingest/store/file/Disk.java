package dev.ingest.store.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The file system calls that this store makes and no others, so that a test can fail, record or
 * undo each of them. Paths that are missing or taken show as {@link
 * java.nio.file.NoSuchFileException} and {@link java.nio.file.FileAlreadyExistsException}. Safe for
 * use by several threads.
 */
interface Disk {

  /** Something whose bytes or entries can be forced to the storage device. */
  interface Syncable extends Closeable {

    /** Forces everything written so far; after an error nothing is known of what was written. */
    void sync() throws IOException;
  }

  /** A new file. */
  interface Output extends Syncable {

    /** Writes all remaining bytes. */
    void write(ByteBuffer bytes) throws IOException;
  }

  /** An existing file. */
  interface Input extends Closeable {

    /** Reads some bytes at a position, or returns −1 at or past the end. */
    int read(ByteBuffer into, long position) throws IOException;

    long size() throws IOException;
  }

  /** The names in a directory, without order. */
  interface Names extends Closeable {

    /** Returns the next name, or null after the last. */
    @Nullable String next() throws IOException;
  }

  /**
   * What a directory says of one name.
   *
   * @param identity what stays the same as long as it is the same file or directory
   */
  record Attributes(
      boolean regular, boolean directory, long size, Instant modified, Object identity) {}

  /** Creates a file that must not exist. */
  Output create(Path file) throws IOException;

  /** Opens a file for reading; {@code direct} reads go past the page cache and must be aligned. */
  Input open(Path file, boolean direct) throws IOException;

  /** Opens a file or directory in order to sync it. */
  Syncable openToSync(Path path) throws IOException;

  /** Gives an existing file a second name, which must not exist. */
  void link(Path name, Path existing) throws IOException;

  /** Removes a file's name; false if there was none. */
  boolean unlink(Path file) throws IOException;

  /** Creates a directory that must not exist in one that must. */
  void makeDirectory(Path directory) throws IOException;

  /** Removes a directory unless it has entries; tells whether it is gone now. */
  boolean removeDirectory(Path directory) throws IOException;

  /** Looks a name up without following a link; empty if there is none. */
  Optional<Attributes> attributes(Path path) throws IOException;

  Names names(Path directory) throws IOException;

  /** Tells what the device below a path can do. */
  Device device(Path path) throws IOException;

  /**
   * What a device can do.
   *
   * @param identity the same for paths between which files can be linked
   * @param blockBytes the alignment of direct reads
   * @param persistent whether it outlives the machine's power
   */
  record Device(Object identity, long blockBytes, boolean persistent) {}

  /** How many bytes the calling thread has made the storage device read, if the system counts. */
  OptionalLong deviceBytesRead() throws IOException;
}
