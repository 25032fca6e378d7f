package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Whether the file of an opened ledger, and its write-ahead log, are still those at their paths.
 * SQLite goes on with a file that was deleted, moved or replaced, and all that it commits then is
 * gone with the process. So that is looked at after each commit, before it is answered: two calls
 * of the file system beside a sync of the disk. What was found once holds until the ledger is
 * opened again, also for reads, which would show what is lost as committed.
 *
 * <p>Files are told apart by device and inode, and by when they were made where a file system has
 * neither. Thread-safe.
 */
final class LedgerFile {

  private final Path file;
  private final Path log;
  private volatile @Nullable Object fileKey;
  private volatile @Nullable Object logKey;
  private volatile @Nullable LostException lost;

  LedgerFile(Path file) {
    this.file = file;
    this.log = file.resolveSibling(file.getFileName() + "-wal");
  }

  /** The file is not where it will be looked for. */
  static final class LostException extends LedgerException {
    private static final long serialVersionUID = 1;

    LostException(String message) {
      super(message);
    }
  }

  /**
   * Notes which files they are, after a connection was opened that has read of them.
   *
   * @throws LostException if the file was another one when the ledger was opened
   */
  void opened() {
    if (fileKey == null) {
      fileKey = key(file);
    } else {
      require(file, fileKey);
    }
    logKey = null;
  }

  /**
   * Looks whether they are still there.
   *
   * @throws LedgerException if not, or if that cannot be told
   */
  void requireInPlace() {
    requireNeverLost();
    require(file, fileKey);
    if (logKey == null && Files.exists(log)) {
      // Made by the first transaction of a connection; it stays until the last one is closed.
      logKey = key(log);
    }
    require(log, logKey);
  }

  /**
   * Does no I/O.
   *
   * @throws LostException if a look has found that they are not
   */
  void requireNeverLost() {
    LostException found = lost;
    if (found != null) {
      throw found;
    }
  }

  private void require(Path path, @Nullable Object expected) {
    if (expected == null) {
      return;
    }
    Object found = key(path);
    if (!expected.equals(found)) {
      throw lose(path + " is another file than was opened, found " + found + " for " + expected);
    }
  }

  private Object key(Path path) {
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      Object key = found.fileKey();
      return key == null ? found.creationTime() : key;
    } catch (NoSuchFileException e) {
      LostException gone = lose(path + " is gone");
      gone.addSuppressed(e);
      throw gone;
    } catch (IOException e) {
      throw new LedgerException(
          "whether %s is still the file that was opened cannot be told (%s); make its directory readable for this process"
              .formatted(path, e),
          e);
    }
  }

  private LostException lose(String found) {
    LostException is =
        new LostException(
            found
                + ", which was deleted, moved or replaced while the ledger was open; what was"
                + " committed since is in this process alone, so nothing is answered any more until"
                + " the ledger is opened again: before this process ends, copy what was deleted out"
                + " of /proc/PID/fd if it counts, then put the files back, or restore a backup, and"
                + " run an audit against the owners' receipts");
    lost = is;
    return is;
  }
}
