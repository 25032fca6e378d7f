package dev.ingest.store.file;

import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.PlainUpkeep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.Executor;

/**
 * Content in a directory of a local file system, one file per key.
 *
 * <p>After a commit, bytes and names have been synced to the device, in that order. The first sync
 * that fails ends all writing through this object: later writes are refused with a {@link
 * dev.ingest.spi.content.ContentDurabilityException} until the store is opened again. Several
 * threads and several processes may use one directory at the same time. Reads that prove what is
 * stored go past the page cache where the file system can do that; whether it can is found out by
 * trying, and {@link dev.ingest.spi.content.ContentCapabilities#independentReads()} says what was
 * found.
 *
 * <p>The directory is created if it is missing and must hold nothing else; what is put beside its
 * marker later is told in the log and left alone. It needs hard links, directories that can be
 * synced, and one volume. A directory that was used before is opened also where its volume or a
 * quota is full: what is stored can be read and deleted, and what the volume can do is found out
 * before the first byte that it takes again. Unfinished files lie in its {@code tmp}; an opening,
 * and {@link ContentAccess#upkeep()}, removes those that nobody has touched for 24 hours, so that
 * an upload whose last item was written longer ago than that without a commit must be repeated.
 */
public final class FileContent implements AutoCloseable {

  private final ContentAccess access;

  /**
   * Opens a directory, creating it if it is missing.
   *
   * @param root the directory
   * @param clock the time, for ages of unfinished files only
   * @throws ContentException if the directory cannot be used
   */
  public FileContent(Path root, InstantSource clock) {
    this(real(root), clock, new NioDisk(), Syncs.threads(real(root).toString()), Bounds.DEFAULT);
  }

  FileContent(Path root, InstantSource clock, Disk disk, Executor executor, Bounds bounds) {
    Volume volume = Volume.open(disk, root, clock.instant(), executor, UUID.randomUUID());
    access =
        new ContentAccess(
            new FileContentStore(volume, bounds),
            new FileContentPurger(volume),
            new PlainUpkeep(() -> volume.sweep(clock.instant())));
  }

  /**
   * Returns both sides of the content.
   *
   * @return the store and its purger, closed by {@link #close()} or by closing the store
   */
  public ContentAccess access() {
    return access;
  }

  @Override
  public void close() {
    access.close();
  }

  private static Path real(Path root) {
    try {
      return Files.exists(root) ? root.toRealPath() : root.toAbsolutePath().normalize();
    } catch (IOException e) {
      throw new ContentException(
          Volume.nameOf(root) + ": cannot resolve the path: " + e + "; check it and its owner", e);
    }
  }
}
