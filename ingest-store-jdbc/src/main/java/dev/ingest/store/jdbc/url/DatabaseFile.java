package dev.ingest.store.jdbc.url;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Whether the file of an opened SQLite database, and its write-ahead log, are still those at their
 * paths. SQLite goes on with a file that was deleted, moved or replaced, and all that it commits
 * then is gone with the process. So that is looked at after each commit, before it is answered: two
 * calls of the file system beside a sync of the disk. What was found once holds until the database
 * is opened again, also for reads, which would show what is lost as committed.
 *
 * <p>Files are told apart by device and inode, and by when they were made where a file system has
 * neither. Thread-safe.
 */
public final class DatabaseFile {

  private final Path file;
  private final Path log;
  private final String holds;
  private volatile @Nullable Object fileKey;
  private volatile @Nullable Object logKey;
  private volatile @Nullable String lost;

  /**
   * Names a file; notes nothing of it yet.
   *
   * @param file the absolute path of the database
   * @param holds what it is, for messages, as in "the ledger"
   */
  public DatabaseFile(Path file, String holds) {
    this.file = file;
    this.log = file.resolveSibling(file.getFileName() + "-wal");
    this.holds = holds;
  }

  /** The file is not where it will be looked for. */
  public static final class LostException extends SQLException {
    private static final long serialVersionUID = 1;

    LostException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Notes which files they are, after a connection was opened that has read of them.
   *
   * @throws SQLException as a {@link LostException} if the file was another one at the first
   *     opening; otherwise if that cannot be told
   */
  public void opened() throws SQLException {
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
   * @throws SQLException as a {@link LostException} if not; otherwise if that cannot be told
   */
  public void requireInPlace() throws SQLException {
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
  public void requireNeverLost() throws LostException {
    String found = lost;
    if (found != null) {
      throw new LostException(found, null);
    }
  }

  private void require(Path path, @Nullable Object expected) throws SQLException {
    if (expected == null) {
      return;
    }
    Object found = key(path);
    if (!expected.equals(found)) {
      throw lose(
          path + " is another file than was opened, found " + found + " for " + expected, null);
    }
  }

  private Object key(Path path) throws SQLException {
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      Object key = found.fileKey();
      return key == null ? found.creationTime() : key;
    } catch (NoSuchFileException e) {
      throw lose(path + " is gone", e);
    } catch (IOException e) {
      throw new SQLException(
          "whether %s is still the file that was opened cannot be told (%s), make its directory readable for this process"
              .formatted(path, e),
          e);
    }
  }

  private LostException lose(String found, @Nullable Throwable cause) {
    String message =
        found
            + ", which was deleted, moved or replaced while "
            + holds
            + " was open; what was committed since is in this process alone, so nothing is answered"
            + " any more until "
            + holds
            + " is opened again: before this process ends, copy what was deleted out of"
            + " /proc/PID/fd if it counts, then put the files back, or restore a backup, and run an"
            + " audit against the owners' receipts";
    lost = message;
    return new LostException(message, cause);
  }
}
