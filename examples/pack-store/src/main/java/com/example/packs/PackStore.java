package com.example.packs;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Content in packs: a commit becomes one file, whatever the number of its items, and costs one sync
 * of bytes and one of names.
 *
 * <p>For one process at a time and up to a million keys, whose places it keeps in memory. Proving
 * reads come through the page cache, which {@link ContentCapabilities#independentReads()} says.
 */
public final class PackStore implements ContentStore {

  private static final Set<String> VOLATILE = Set.of("tmpfs", "ramfs");

  private final PackDirectory directory;
  private final ContentCapabilities capabilities;

  private PackStore(PackDirectory directory, boolean durable) {
    this.directory = directory;
    this.capabilities = new ContentCapabilities(durable, false, false, Long.MAX_VALUE);
  }

  /**
   * Opens a directory.
   *
   * @param directory which must be there and hold nothing but packs
   * @return the store and its purger, to be closed by the caller
   * @throws ContentException if it is not there, in use, or holds what is not a whole pack
   */
  public static ContentAccess open(Path directory) {
    return open(directory, Disk.REAL);
  }

  static ContentAccess open(Path directory, Disk disk) {
    try {
      Path root = directory.toRealPath();
      boolean durable = !VOLATILE.contains(Files.getFileStore(root).type());
      PackDirectory packs = PackDirectory.open(root, disk);
      return new ContentAccess(
          new PackStore(packs, durable),
          permit -> {
            packs.delete(permit.keys());
            return Collections.nCopies(permit.keys().size(), Outcome.APPLIED);
          });
    } catch (IOException | RuntimeException e) {
      throw new ContentException("cannot open pack:" + directory + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return directory.name();
  }

  @Override
  public ContentCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    directory.requireOpen();
    return new PackWriter(directory, prefix, Pack.FULL_BYTES);
  }

  @Override
  public Optional<ContentStat> stat(ContentKey key) {
    directory.requireOpen();
    return directory.find(key).map(PackStore::stat);
  }

  private static ContentStat stat(Pack.Item item) {
    return new ContentStat(item.key(), item.length(), Optional.empty());
  }

  @Override
  public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
    directory.requireOpen();
    return PackInput.open(directory, key, range);
  }

  @Override
  public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(limit), "a page has 1 to " + MAX_PAGE + " entries");
    }
    directory.requireOpen();
    // All keys below a prefix lie between it with "/" and it with "0", the character after that.
    String first = prefix.value() + "/";
    String last = prefix.value() + "0";
    String from =
        after.map(ContentKey::value).filter(key -> key.compareTo(first) > 0).orElse(first);
    if (from.compareTo(last) >= 0) {
      return new ContentPage(List.of(), false);
    }
    List<ContentStat> found =
        directory.between(from, last, limit + 1).stream().map(PackStore::stat).toList();
    boolean more = found.size() > limit;
    return new ContentPage(more ? found.subList(0, limit) : found, more);
  }

  @Override
  public void close() {
    directory.close();
  }
}
