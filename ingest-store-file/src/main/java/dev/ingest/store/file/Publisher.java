package dev.ingest.store.file;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Gives synced files their keys, and makes those durable. Not safe for use by several threads. */
final class Publisher {

  /** How often a directory may be removed by deletions while a link into it is being made. */
  static final int MAX_ATTEMPTS = 64;

  private final Volume volume;
  private final int maxTouched;
  private final Set<Path> touched = new LinkedHashSet<>();

  Publisher(Volume volume, int maxTouched) {
    this.volume = volume;
    this.maxTouched = maxTouched;
  }

  /** Waits for an item's sync and makes it visible, though not yet durable, under its key. */
  void publish(Unpublished item) {
    Syncs.await(item.sync());
    volume.requireWritable();
    Path file = volume.layout.file(item.key());
    Path temp = item.temp();
    try {
      if (temp != null) {
        if (!link(item.key(), temp)) {
          requireSame(item.key(), item.length(), item.digest());
          Syncs.await(volume.syncs.file(file));
        }
        volume.disk.unlink(temp);
      }
    } catch (IOException e) {
      throw new ContentException(
          volume.name
              + ": cannot publish "
              + item.key()
              + " at "
              + file
              + ": "
              + e
              + "; check the volume, then put the bytes again through another writer",
          e);
    }
    touched.add(volume.layout.directory(item.key()));
    if (touched.size() >= maxTouched) {
      barrier();
    }
  }

  /** Makes everything published so far durable. */
  void barrier() {
    volume.syncs.directories(volume.layout.withAncestors(touched));
    touched.clear();
  }

  /** Removes what an item has stored. */
  void discard(Unpublished item) throws IOException {
    Path temp = item.temp();
    if (temp != null) {
      volume.disk.unlink(temp);
    }
  }

  /** Compares a key's stored bytes, read back, with those that were put under it. */
  void requireSame(ContentKey key, long length, Digest digest) throws IOException {
    Optional<Disk.Attributes> stored = volume.lookUp(key);
    if (stored.isEmpty()) {
      throw new ContentException(
          volume.name + ": " + key + " was deleted while it was put; put it again");
    }
    if (stored.get().size() != length) {
      throw conflict(key, stored.get().size() + " bytes", length + " bytes");
    }
    Digest found = volume.readBack(key);
    if (!found.equals(digest)) {
      throw conflict(key, found.toString(), digest.toString());
    }
  }

  private ContentConflictException conflict(ContentKey key, String stored, String put) {
    return new ContentConflictException(
        volume.name
            + ": "
            + key
            + " holds other bytes: stored "
            + stored
            + ", put "
            + put
            + "; the stored bytes stay, use another key");
  }

  /** Creates the key; false if it is taken. */
  private boolean link(ContentKey key, Path temp) throws IOException {
    Path file = volume.layout.file(key);
    NoSuchFileException last = new NoSuchFileException(file.toString());
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      try {
        volume.disk.link(file, temp);
        return true;
      } catch (FileAlreadyExistsException e) {
        return false;
      } catch (NoSuchFileException e) {
        if (volume.disk.attributes(temp).isEmpty()) {
          throw new IOException(temp + " was removed before it was published", e);
        }
        last = e;
        makeDirectories(volume.layout.directory(key));
      }
    }
    throw new IOException("its directory was removed " + MAX_ATTEMPTS + " times", last);
  }

  /** Makes what is missing between the content directory and this one, as far as others let it. */
  private void makeDirectories(Path directory) throws IOException {
    Path at = volume.layout.content();
    volume.requirePresent();
    for (Path part : at.relativize(directory)) {
      at = at.resolve(part);
      try {
        volume.disk.makeDirectory(at);
      } catch (FileAlreadyExistsException e) {
        if (volume.disk.attributes(at).filter(found -> !found.directory()).isPresent()) {
          throw e;
        }
      } catch (NoSuchFileException e) {
        return;
      }
    }
  }
}
