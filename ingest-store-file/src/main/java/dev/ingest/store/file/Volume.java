package dev.ingest.store.file;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** An opened root, and what its store, writers and purger share. Thread-safe. */
final class Volume implements AutoCloseable {

  /** What ext4 can hold in one file, the least of the usual file systems. */
  static final long MAX_ITEM_BYTES = (1L << 44) - 4_096;

  private static final Logger LOG = System.getLogger(Volume.class.getName());

  final Disk disk;
  final Layout layout;
  final String name;
  final TempNames temps;
  final Syncs syncs;
  final Buffers buffers;
  private final int alignment;
  private final boolean persistent;
  private final Object contentIdentity;
  private final Object trying = new Object();
  private volatile @Nullable DirectReads tried;
  private volatile boolean closed;

  private Volume(Disk disk, Layout layout, String name, TempNames temps, Syncs syncs) {
    this.disk = disk;
    this.layout = layout;
    this.name = name;
    this.temps = temps;
    this.syncs = syncs;
    try {
      this.alignment = DirectReads.alignment(disk, layout.temp());
      this.buffers = new Buffers(alignment);
      this.persistent = disk.device(layout.content()).persistent();
      this.contentIdentity = contentDirectory();
    } catch (IOException e) {
      throw notTried(e);
    }
  }

  /** Opens a root, making it if it is not there. The executor runs the syncs, see there. */
  static Volume open(Disk disk, Path root, Instant now, Executor executor, UUID unique) {
    Layout layout = new Layout(root);
    String name = nameOf(root);
    TempNames temps = new TempNames(layout.temp(), unique);
    boolean capable = new RootDirectory(disk, layout, temps, name).prepare(now);
    Volume volume = new Volume(disk, layout, name, temps, new Syncs(disk, name, executor));
    volume.tryReads(capable);
    return volume;
  }

  /**
   * Tries direct reads, unless there is no room to: a full volume is read all the same, and what it
   * can do is found out before the first byte that it takes.
   */
  private void tryReads(boolean capable) {
    try {
      if (capable) {
        tried = DirectReads.probe(disk, temps, alignment);
        return;
      }
    } catch (IOException e) {
      if (!Room.isLackedBy(e)) {
        throw notTried(e);
      }
    }
    LOG.log(
        Level.WARNING,
        name + ": the volume is full; it is opened for reading, and takes bytes once it has room");
  }

  private ContentException notTried(IOException cause) {
    return new ContentException(
        name + ": cannot probe " + layout.root() + ": " + cause + "; check the volume", cause);
  }

  /** Makes sure that the volume was seen to do what keys need, which a full one cannot show. */
  void requireTried() throws IOException {
    if (tried == null) {
      synchronized (trying) {
        if (tried == null) {
          new RootDirectory(disk, layout, temps, name).requireCapableDevice();
          tried = DirectReads.probe(disk, temps, alignment);
        }
      }
    }
  }

  /** What is known of direct reads; none as long as there was no room to try them. */
  private DirectReads directReads() {
    DirectReads known = tried;
    return known == null ? DirectReads.NONE : known;
  }

  /** Removes what dead processes left, as an opening does. */
  void sweep(Instant now) {
    requireOpen();
    try {
      new RootDirectory(disk, layout, temps, name).sweep(now);
    } catch (IOException e) {
      throw new ContentException(
          name + ": cannot remove what is left in " + layout.temp() + ": " + e + "; check it", e);
    }
  }

  static String nameOf(Path root) {
    return "file:" + root;
  }

  ContentCapabilities capabilities() {
    return new ContentCapabilities(persistent, true, directReads().independent(), MAX_ITEM_BYTES);
  }

  /** Refuses to go on after {@link #close}. */
  void requireOpen() {
    if (closed) {
      throw new ContentException(name + ": closed; open the store again");
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Refuses to write after {@link #close} or after a sync has failed. */
  void requireWritable() {
    requireOpen();
    syncs.requireHealthy();
  }

  /**
   * Checks that an absent name means an absent key, and not that the volume went away or another
   * one was mounted in its place.
   */
  void requirePresent() {
    try {
      if (contentDirectory().equals(contentIdentity)) {
        return;
      }
    } catch (IOException e) {
      throw new ContentException(name + ": cannot tell what is absent: " + e, e);
    }
    throw new ContentException(
        name
            + ": "
            + layout.content()
            + " is not the directory that was opened; mount the volume and open the store again");
  }

  private Object contentDirectory() throws IOException {
    return disk.attributes(layout.content())
        .filter(Disk.Attributes::directory)
        .map(Disk.Attributes::identity)
        .orElseThrow(
            () ->
                new ContentException(
                    name
                        + ": "
                        + layout.content()
                        + " is gone; mount the volume and open the store again"));
  }

  /** Looks a key's file up; empty only if it is known to be absent. */
  Optional<Disk.Attributes> lookUp(ContentKey key) throws IOException {
    Path path = layout.file(key);
    Optional<Disk.Attributes> found = disk.attributes(path);
    if (found.isEmpty()) {
      requirePresent();
    } else if (!found.get().regular()) {
      throw new ContentException(
          name
              + ": "
              + path
              + " of key "
              + key
              + " is not a regular file; remove what put it there");
    }
    return found;
  }

  /** Opens a key's file. The source must be closed. */
  FileSource source(ContentKey key, boolean direct) throws IOException {
    boolean past = direct && directReads().supported();
    return new FileSource(disk.open(layout.file(key), past), past ? alignment : 1, buffers);
  }

  /** Reads a key's stored bytes back, past the page cache where that is possible. */
  Digest readBack(ContentKey key) throws IOException {
    MessageDigest running = Digest.newMessageDigest();
    try (FileSource source = source(key, true)) {
      long end = source.size();
      long position = 0;
      while (position < end) {
        requireOpen();
        ByteBuffer bytes = source.at(position, end);
        position += bytes.remaining();
        running.update(bytes);
      }
    }
    return Digest.finish(running);
  }

  @Override
  public void close() {
    closed = true;
    syncs.close();
  }
}
