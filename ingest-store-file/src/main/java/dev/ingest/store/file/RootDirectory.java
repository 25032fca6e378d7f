package dev.ingest.store.file;

import dev.ingest.spi.content.ContentException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a root directory, or recognises one, before a store uses it.
 *
 * <p>The marker is written last, so that a root without one is either new or the rest of a creation
 * that did not finish, and in both cases holds nothing. Several processes may open one root at the
 * same time: every step is idempotent, and the marker is published as content is, by a link.
 *
 * <p>Directories that are there are not therefore durable: the process that made them may have died
 * before it synced the directory above. So without a marker, every directory above the root is
 * synced before one is written. That ends where another volume begins, since a mount point is older
 * than what is mounted on it. Of the directories above the parent, those that this process may not
 * read are passed over: they are an administrator's, and a process that makes a directory in one
 * syncs it or fails. The parent itself must be readable.
 */
final class RootDirectory {

  /** The marker's text: the layout's name and version. */
  static final String LAYOUT = "ingest-content 1\n";

  /** Unfinished bytes that nobody has touched for so long belong to a process that died. */
  static final Duration TEMP_AGE = Duration.ofHours(24);

  /** The most names in {@code tmp} that one opening looks at. */
  static final int MAX_SWEPT = 10_000;

  private static final Logger LOG = System.getLogger(RootDirectory.class.getName());
  private static final int MAX_MARKER_BYTES = 256;
  private static final Set<String> OWN =
      Set.of(Layout.MARKER, Layout.TEMP, Layout.CONTENT, "lost+found");

  private final Disk disk;
  private final Layout layout;
  private final TempNames temps;
  private final String name;

  RootDirectory(Disk disk, Layout layout, TempNames temps, String name) {
    this.disk = disk;
    this.layout = layout;
    this.temps = temps;
    this.name = name;
  }

  /**
   * Makes the root usable and removes what dead processes left in {@code tmp}.
   *
   * @return whether the volume was seen to do what keys need; not so where a root that has its
   *     marker takes no bytes, since its volume or a quota is full
   */
  boolean prepare(Instant now) {
    try {
      makeDirectories(layout.root());
      boolean marked = disk.attributes(layout.marker()).isPresent();
      requireNothingForeign(marked);
      if (!marked && disk.attributes(layout.content()).isPresent()) {
        requireEmptyContent();
      }
      makeDirectories(layout.temp());
      makeDirectories(layout.content());
      requireOneVolume();
      boolean tried = isTried(marked);
      if (!marked) {
        syncAbove();
        publishMarker();
      }
      requireKnownLayout();
      sync(layout.root());
      sweep(now);
      return tried;
    } catch (IOException e) {
      throw new ContentException(
          name + ": cannot open: " + e + "; check the path, its owner and the volume", e);
    }
  }

  private void makeDirectories(Path directory) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path at = directory;
    while (at != null && disk.attributes(at).isEmpty()) {
      missing.push(at);
      at = at.getParent();
    }
    for (Path path : missing) {
      try {
        disk.makeDirectory(path);
      } catch (FileAlreadyExistsException e) {
        if (disk.attributes(path).filter(Disk.Attributes::directory).isEmpty()) {
          throw e;
        }
      }
      Path parent = path.getParent();
      if (parent != null) {
        sync(parent);
      }
    }
    if (disk.attributes(directory).filter(Disk.Attributes::directory).isEmpty()) {
      throw new ContentException(
          name + ": " + directory + " is not a directory; give another path");
    }
  }

  private void syncAbove() throws IOException {
    Object volume = disk.device(layout.root()).identity();
    Path parent = layout.root().getParent();
    for (Path at = parent;
        at != null && disk.device(at).identity().equals(volume);
        at = at.getParent()) {
      try {
        sync(at);
      } catch (ContentException e) {
        if (at.equals(parent) || !(e.getCause() instanceof AccessDeniedException)) {
          throw e;
        }
      }
    }
  }

  /**
   * Nothing but its marker makes a directory a root. Beside one nothing is read, written or deleted
   * that is not its own, so what else was put there harms nobody, and is told.
   */
  private void requireNothingForeign(boolean marked) throws IOException {
    try (Disk.Names names = disk.names(layout.root())) {
      for (String found = names.next(); found != null; found = names.next()) {
        if (OWN.contains(found)) {
          continue;
        }
        if (marked) {
          LOG.log(
              Level.WARNING,
              "{0}: {1} is no part of this content root; take it away",
              name,
              layout.root().resolve(found));
          return;
        } else {
          throw new ContentException(
              name
                  + ": expected an empty directory or a content root, but found "
                  + layout.root().resolve(found)
                  + "; take that away, or give a directory of its own");
        }
      }
    }
  }

  private void requireEmptyContent() throws IOException {
    try (Disk.Names names = disk.names(layout.content())) {
      @Nullable String found = names.next();
      if (found != null) {
        throw new ContentException(
            name
                + ": there is "
                + layout.content().resolve(found)
                + " but no "
                + layout.marker()
                + "; restore the marker if this is a content root, or give another path");
      }
    }
  }

  private void publishMarker() throws IOException {
    Path temp = temps.next();
    try {
      try (Disk.Output output = disk.create(temp)) {
        output.write(ByteBuffer.wrap(LAYOUT.getBytes(StandardCharsets.US_ASCII)));
        output.sync();
      }
      linkUnlessThere(layout.marker(), temp);
    } finally {
      disk.unlink(temp);
    }
  }

  private boolean linkUnlessThere(Path link, Path existing) throws IOException {
    try {
      disk.link(link, existing);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private void requireKnownLayout() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAX_MARKER_BYTES);
    try (Disk.Input input = disk.open(layout.marker(), false)) {
      int count = input.read(bytes, 0);
      while (count > 0 && bytes.hasRemaining()) {
        count = input.read(bytes, bytes.position());
      }
    }
    String found = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    if (!found.equals(LAYOUT)) {
      throw new ContentException(
          name
              + ": "
              + layout.marker()
              + " names the layout \""
              + found.strip()
              + "\", expected \""
              + LAYOUT.strip()
              + "\"; use the version of this library that wrote it");
    }
  }

  private boolean isTried(boolean marked) throws IOException {
    try {
      requireCapableDevice();
      return true;
    } catch (IOException e) {
      if (marked && Room.isLackedBy(e)) {
        return false;
      }
      throw e;
    }
  }

  private void requireOneVolume() throws IOException {
    if (!disk.device(layout.temp()).identity().equals(disk.device(layout.content()).identity())) {
      throw new ContentException(
          name + ": tmp and content lie on different volumes; put the whole root on one");
    }
  }

  /** Tries what keys need of the volume. */
  void requireCapableDevice() throws IOException {
    Path first = temps.next();
    Path second = temps.next();
    try {
      disk.create(first).close();
      requireLink(second, first);
      if (linkUnlessThere(second, first)) {
        throw new ContentException(
            name
                + ": a hard link replaced an existing name, so that keys could be overwritten;"
                + " use another file system");
      }
      sync(layout.temp());
    } finally {
      disk.unlink(first);
      disk.unlink(second);
    }
  }

  private void requireLink(Path second, Path first) throws IOException {
    try {
      disk.link(second, first);
    } catch (IOException | UnsupportedOperationException e) {
      if (e instanceof IOException failed && Room.isLackedBy(failed)) {
        throw failed;
      }
      throw new ContentException(
          name
              + ": the file system cannot make hard links, without which keys cannot be created"
              + " atomically ("
              + e
              + "); use another file system",
          e);
    }
  }

  private void sync(Path directory) throws IOException {
    try (Disk.Syncable syncable = disk.openToSync(directory)) {
      syncable.sync();
    } catch (IOException e) {
      if (Room.isLackedBy(e)) {
        throw e;
      }
      throw new ContentException(
          name
              + ": cannot sync the directory "
              + directory
              + ", without which nothing in it is durable: "
              + e
              + "; let this process read it, use a file system that can, and check the device",
          e);
    }
  }

  /**
   * Removes what dead processes left in {@code tmp}; what another one removes meanwhile is gone.
   */
  void sweep(Instant now) throws IOException {
    Instant dead = now.minus(TEMP_AGE);
    try (Disk.Names names = disk.names(layout.temp())) {
      int seen = 0;
      for (String found = names.next(); found != null && seen < MAX_SWEPT; found = names.next()) {
        seen++;
        Path path = layout.temp().resolve(found);
        Optional<Disk.Attributes> attributes = disk.attributes(path);
        if (attributes.isPresent()
            && attributes.get().regular()
            && attributes.get().modified().isBefore(dead)) {
          disk.unlink(path);
        }
      }
    }
  }
}
