package com.example.packs;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Collects items in a part, which becomes a pack at the commit, or before it when it is full. An
 * item that does not fit begins another, and one that fits in none has one for itself.
 *
 * <p>An item that is refused, or whose body breaks off, is overwritten by the next one.
 */
final class PackWriter implements ContentWriter {

  private static final int BUFFER_BYTES = 1 << 16;

  private final PackDirectory directory;
  private final ContentPrefix prefix;
  private final long fullBytes;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Map<ContentKey, Pack.Item> items = new LinkedHashMap<>();
  private Optional<Part> part = Optional.empty();
  private long end;
  private String unusable = "";

  private record Part(Path file, FileChannel channel) {}

  PackWriter(PackDirectory directory, ContentPrefix prefix, long fullBytes) {
    this.directory = directory;
    this.prefix = prefix;
    this.fullBytes = fullBytes;
  }

  @Override
  public ContentStat put(ContentKey key, ContentBody body) {
    requireUsable();
    if (!prefix.covers(key)) {
      throw new InvalidValueException(
          Kind.CONTENT_KEY, key.value(), "not below the writer's prefix " + prefix);
    }
    long length = append(key, body);
    Pack.Item item = new Pack.Item(key, end, length, body.digest());
    Optional<Pack.Item> unsaved = Optional.ofNullable(items.get(key));
    if (unsaved.isPresent()) {
      requireSame(item, unsaved.get().digest());
    } else if (directory.find(key).isPresent()) {
      Digest stored = readBack(key);
      requireSame(item, stored);
      return stat(item, Checksum.Provenance.READ_BACK);
    } else {
      items.put(key, item);
      end += length;
      if (items.size() == Pack.MAX_ITEMS || end >= fullBytes) {
        save();
      }
    }
    return stat(item, Checksum.Provenance.ECHOED);
  }

  private static ContentStat stat(Pack.Item item, Checksum.Provenance provenance) {
    Checksum checksum = new Checksum(item.digest(), provenance);
    return new ContentStat(item.key(), item.length(), Optional.of(checksum));
  }

  /** Writes a body behind the items, of which it is one only when {@code end} has moved. */
  private long append(ContentKey key, ContentBody body) {
    try {
      long announced = body.length().orElse(0);
      long length = 0;
      part = Optional.of(part.isPresent() ? part.get() : newPart());
      for (int count; (count = body.read(buffer, 0, buffer.length)) >= 0; length += count) {
        if (!items.isEmpty() && end + Math.max(announced, length + count) > fullBytes) {
          beginAnother(length);
        }
        Pack.write(part.get().channel(), ByteBuffer.wrap(buffer, 0, count), end + length);
      }
      return length;
    } catch (IOException e) {
      throw new ContentException(
          directory.name() + ": cannot store " + key + ": " + e + "; put it again", e);
    }
  }

  private Part newPart() throws IOException {
    Path file = directory.newPart();
    return new Part(
        file,
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE));
  }

  /** Makes a pack of the items, and moves what there is behind them to another part. */
  private void beginAnother(long begun) throws IOException {
    Part other = newPart();
    try {
      Pack.copy(part.orElseThrow().channel(), end, begun, other.channel(), 0);
      save();
    } catch (Throwable e) {
      drop(other);
      throw e;
    }
    part = Optional.of(other);
  }

  private void requireSame(Pack.Item item, Digest there) {
    if (!item.digest().equals(there)) {
      throw new ContentConflictException(
          "%s: expected %s with %s, found %s, which stays; put it under another key"
              .formatted(directory.name(), item.key(), item.digest(), there));
    }
  }

  /** Whether stored bytes are still what they were is not taken from the index. */
  private Digest readBack(ContentKey key) {
    try (InputStream stored = PackInput.open(directory, key, ByteRange.ALL);
        DigestInputStream in = new DigestInputStream(stored, Digest.newMessageDigest())) {
      in.transferTo(OutputStream.nullOutputStream());
      return Digest.finish(in.getMessageDigest());
    } catch (IOException e) {
      throw new ContentException(directory.name() + ": cannot read " + key + " back: " + e, e);
    }
  }

  /** A failure here is not of the key that was put last, so it is no conflict of that key's. */
  private void save() {
    try {
      commit();
    } catch (ContentException e) {
      throw new ContentException(
          directory.name() + ": items put before are unknown; put all again by another writer", e);
    }
  }

  @Override
  public void commit() {
    requireUsable();
    if (items.isEmpty()) {
      return;
    }
    unusable = "a commit failed";
    Part saved = part.orElseThrow();
    List<Pack.Item> saving = List.copyOf(items.values());
    try (FileChannel channel = saved.channel()) {
      Pack.finish(channel, saving, end);
      directory.disk.sync(saved.file(), channel);
    } catch (IOException e) {
      throw new ContentDurabilityException(
          directory.name() + ": cannot sync " + saved.file() + ": " + e + "; put all again", e);
    }
    directory.publish(saved.file(), saving);
    dropPart();
    unusable = "";
  }

  /** What was published has another name by now. */
  private void dropPart() {
    part.ifPresent(this::drop);
    part = Optional.empty();
    items.clear();
    end = 0;
  }

  private void drop(Part dropped) {
    try {
      dropped.channel().close();
      directory.disk.delete(dropped.file());
    } catch (IOException e) {
      throw new ContentException(
          directory.name() + ": cannot remove " + dropped.file() + ": " + e, e);
    }
  }

  private void requireUsable() {
    directory.requireOpen();
    if (!unusable.isEmpty()) {
      throw new ContentException(
          directory.name() + ": this writer takes no more: " + unusable + "; open another");
    }
  }

  @Override
  public void close() {
    unusable = "it is closed";
    dropPart();
  }
}
