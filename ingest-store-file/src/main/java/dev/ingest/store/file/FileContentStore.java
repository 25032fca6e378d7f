package dev.ingest.store.file;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Reads and lists what {@link FileContentWriter}s published. */
final class FileContentStore implements ContentStore {

  private final Volume volume;
  private final Bounds bounds;
  private final Windows windows;

  FileContentStore(Volume volume, Bounds bounds) {
    this.volume = volume;
    this.bounds = bounds;
    this.windows = new Windows(volume.disk, volume.temps, bounds.windowNames());
  }

  @Override
  public String name() {
    return volume.name;
  }

  @Override
  public ContentCapabilities capabilities() {
    return volume.capabilities();
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    volume.requireOpen();
    return new FileContentWriter(volume, bounds, prefix);
  }

  @Override
  public Optional<ContentStat> stat(ContentKey key) {
    volume.requireOpen();
    try {
      return volume.lookUp(key).map(found -> new ContentStat(key, found.size(), Optional.empty()));
    } catch (IOException e) {
      throw new ContentException(
          name() + ": cannot look up " + key + ": " + e + "; check the volume", e);
    }
  }

  @Override
  public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
    volume.requireOpen();
    try {
      if (volume.lookUp(key).isEmpty()) {
        throw new ContentMissingException(missing(key));
      }
      return input(key, range, volume.source(key, purpose == ReadPurpose.PROVE));
    } catch (NoSuchFileException e) {
      throw new ContentMissingException(missing(key), e);
    } catch (IOException e) {
      throw new ContentException(
          name() + ": cannot open " + key + ": " + e + "; check the volume", e);
    }
  }

  private InputStream input(ContentKey key, ByteRange range, FileSource source) throws IOException {
    try {
      return new FileContentInput(volume, key, source, range);
    } catch (IOException e) {
      source.close();
      throw e;
    }
  }

  private String missing(ContentKey key) {
    return name()
        + ": expected "
        + key
        + ", found nothing; it was never committed, or deleted under a permit";
  }

  @Override
  public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(limit), "a page has 1 to " + MAX_PAGE + " entries");
    }
    volume.requireOpen();
    try {
      ContentPage page = new Listing(volume, windows, prefix, limit).page(after);
      volume.requirePresent();
      return page;
    } catch (IOException e) {
      throw new ContentException(
          name() + ": cannot list " + prefix + ": " + e + "; check the volume", e);
    }
  }

  @Override
  public void close() {
    volume.close();
  }
}
