package dev.ingest.store.file;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.Checksum.Provenance;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes items to files without a key, syncs them, and only then links them to their keys.
 *
 * <p>The order is the whole point: bytes → sync of the file → link → sync of the directory and of
 * every directory above it → return of {@link #commit}. A key that can be seen therefore always has
 * all of its bytes on the device, whatever happens; what a crash can take back before the barrier
 * is the key. The sync of a file starts as soon as its bytes are written, that of a large one
 * earlier, and runs beside the writing of what comes next; the syncs of directories are grouped
 * behind the barrier, each directory once.
 *
 * <p>What waits is bounded: past {@link Bounds#unpublishedItems} or {@link Bounds#unpublishedBytes}
 * the oldest item is published early, which a reader may see before the barrier and a crash may
 * take back. If that fails, no key of this writer can be promised any more, so the writer is
 * finished.
 *
 * <p>For one thread at a time. Closed by another thread during a call, it is cleared up by that
 * call as it leaves: the array goes back into stock only when no body fills it any more, and a
 * commit succeeds only with what it was to make durable.
 */
final class FileContentWriter implements ContentWriter {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Volume volume;
  private final Bounds bounds;
  private final ContentPrefix prefix;
  private final Publisher publisher;
  private final Map<ContentKey, Unpublished> unpublished = new LinkedHashMap<>();
  private long unpublishedBytes;
  private byte @Nullable [] buffer;
  private ByteBuffer view = NOTHING;
  private @Nullable Throwable failure;
  private final OneAtATime calls = new OneAtATime();
  private final Leaving leaving = this::leave;

  FileContentWriter(Volume volume, Bounds bounds, ContentPrefix prefix) {
    this.volume = volume;
    this.bounds = bounds;
    this.prefix = prefix;
    this.publisher = new Publisher(volume, bounds.touchedDirectories());
  }

  /** The end of a call, whose own error is not hidden by one of this. */
  private interface Leaving extends AutoCloseable {

    @Override
    void close();
  }

  @Override
  public ContentStat put(ContentKey key, ContentBody body) {
    if (!prefix.covers(key)) {
      throw new InvalidValueException(
          Kind.CONTENT_KEY, key.value(), "outside the writer's prefix " + prefix);
    }
    if (body.length().orElse(0) > Volume.MAX_ITEM_BYTES) {
      throw new InvalidValueException(
          Kind.NUMBER,
          body.length().toString(),
          "an item of " + volume.name + " has at most " + Volume.MAX_ITEM_BYTES + " bytes");
    }
    begin();
    try (leaving) {
      return putOne(key, body);
    }
  }

  private ContentStat putOne(ContentKey key, ContentBody body) {
    try {
      requireUsable();
      makeRoomFor(key);
    } catch (ContentConflictException e) {
      throw new ContentException(
          volume.name + ": " + key + " was not put, since an earlier key of this writer conflicts",
          e);
    }
    try {
      return volume.lookUp(key).isPresent() ? putAgain(key, body) : putNew(key, body);
    } catch (IOException e) {
      throw notStored(key, volume.layout.file(key), e);
    }
  }

  @Override
  public void commit() {
    begin();
    try (leaving) {
      commitAll();
    }
  }

  private void commitAll() {
    requireUsable();
    try {
      while (!unpublished.isEmpty()) {
        publishOldest();
      }
      publisher.barrier();
    } catch (RuntimeException | Error e) {
      finish(e);
      throw e;
    }
  }

  @Override
  public void close() {
    if (calls.end()) {
      release();
    }
  }

  private void begin() {
    if (!calls.begin()) {
      throw new ContentException(
          volume.name
              + ": the writer of "
              + prefix
              + (calls.isEnded()
                  ? " is closed; open another one"
                  : " is in use by another thread; use it when that is done, or open another one"));
    }
  }

  private void leave() {
    if (calls.leave()) {
      release();
    }
  }

  private void release() {
    byte[] held = buffer;
    buffer = null;
    view = NOTHING;
    if (held != null) {
      volume.buffers.giveBack(held);
    }
    discardAll();
  }

  private void requireUsable() {
    if (failure != null) {
      String message =
          volume.name
              + ": the writer of "
              + prefix
              + " has failed; open another one and put the same bytes again";
      if (failure instanceof ContentDurabilityException) {
        throw new ContentDurabilityException(message, failure);
      }
      if (failure instanceof ContentConflictException) {
        throw new ContentConflictException(message, failure);
      }
      throw new ContentException(message, failure);
    }
    volume.requireWritable();
  }

  /** Publishes until the bounds hold and an earlier body of the same key has its place. */
  private void makeRoomFor(ContentKey key) {
    try {
      while (unpublished.size() >= bounds.unpublishedItems()
          || (unpublishedBytes > bounds.unpublishedBytes() && !unpublished.isEmpty())
          || unpublished.containsKey(key)) {
        publishOldest();
      }
    } catch (RuntimeException | Error e) {
      finish(e);
      throw e;
    }
  }

  private void publishOldest() {
    Iterator<Unpublished> oldest = unpublished.values().iterator();
    Unpublished item = oldest.next();
    publisher.publish(item);
    unpublishedBytes -= item.length();
    oldest.remove();
  }

  private void finish(Throwable cause) {
    failure = cause;
    try {
      discardAll();
    } catch (ContentException e) {
      cause.addSuppressed(e);
    }
  }

  private void discardAll() {
    ContentException failed = null;
    for (Unpublished item : unpublished.values()) {
      try {
        publisher.discard(item);
      } catch (IOException e) {
        ContentException next =
            new ContentException(
                volume.name
                    + ": cannot remove "
                    + item.temp()
                    + ", left over from "
                    + item.key()
                    + ": "
                    + e
                    + "; an opening after a day removes it",
                e);
        if (failed == null) {
          failed = next;
        } else {
          failed.addSuppressed(next);
        }
      }
    }
    unpublished.clear();
    unpublishedBytes = 0;
    if (failed != null) {
      throw failed;
    }
  }

  private ContentStat putNew(ContentKey key, ContentBody body) throws IOException {
    volume.requireTried();
    Path temp = volume.temps.next();
    Disk.Output output = create(key, temp);
    SyncAhead syncs = new SyncAhead(volume.syncs, output, temp, bounds.syncedAhead());
    try {
      long length =
          drain(
              key,
              body,
              bytes -> {
                int count = bytes.remaining();
                try {
                  output.write(bytes);
                } catch (IOException e) {
                  throw notStored(key, temp, e);
                }
                syncs.written(count);
              });
      Digest digest = body.digest();
      add(new Unpublished(key, temp, length, digest, syncs.finish()));
      return new ContentStat(key, length, Optional.of(new Checksum(digest, Provenance.ECHOED)));
    } catch (RuntimeException | Error e) {
      abandon(output, temp, e);
      throw e;
    }
  }

  private Disk.Output create(ContentKey key, Path temp) {
    try {
      return volume.disk.create(temp);
    } catch (IOException e) {
      throw notStored(key, temp, e);
    }
  }

  private void abandon(Disk.Output output, Path temp, Throwable cause) {
    try {
      try (output) {
        volume.disk.unlink(temp);
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Takes a body whose key is there already, storing nothing. Bytes that the page cache may have
   * answered for were compared, but say nothing of the device.
   */
  private ContentStat putAgain(ContentKey key, ContentBody body) throws IOException {
    long length = drain(key, body, bytes -> {});
    Digest digest = body.digest();
    publisher.requireSame(key, length, digest);
    add(new Unpublished(key, null, length, digest, volume.syncs.file(volume.layout.file(key))));
    Provenance provenance =
        volume.capabilities().independentReads() ? Provenance.READ_BACK : Provenance.ECHOED;
    return new ContentStat(key, length, Optional.of(new Checksum(digest, provenance)));
  }

  private void add(Unpublished item) {
    unpublished.put(item.key(), item);
    unpublishedBytes += item.length();
  }

  /** Reads a body to its end, giving it on in full buffers, and returns its length. */
  private long drain(ContentKey key, ContentBody body, Sink sink) {
    byte[] bytes = buffer;
    if (bytes == null) {
      bytes = volume.buffers.array();
      buffer = bytes;
      view = ByteBuffer.wrap(bytes);
    }
    long length = 0;
    int filled = 0;
    int count = 0;
    while (count >= 0) {
      volume.requireWritable();
      count = read(key, body, bytes, filled);
      filled += Math.max(count, 0);
      if (filled == bytes.length || (count < 0 && filled > 0)) {
        sink.accept(view.clear().limit(filled));
        length += filled;
        filled = 0;
      }
    }
    OptionalLong promised = body.length();
    if (promised.isPresent() && promised.getAsLong() != length) {
      throw new ContentException(
          volume.name
              + ": the body of "
              + key
              + " gave "
              + length
              + " bytes, expected "
              + promised.getAsLong()
              + "; nothing was stored");
    }
    return length;
  }

  private int read(ContentKey key, ContentBody body, byte[] into, int offset) {
    int count;
    try {
      count = body.read(into, offset, into.length - offset);
    } catch (IOException e) {
      throw new ContentException(
          volume.name + ": the body of " + key + " failed: " + e + "; nothing was stored", e);
    }
    if (count == 0 || count < -1 || count > into.length - offset) {
      throw new IllegalStateException(
          "the body of " + key + " returned " + count + " of at most " + (into.length - offset));
    }
    return count;
  }

  private ContentException notStored(ContentKey key, Path path, IOException cause) {
    boolean full = Room.isLackedBy(cause);
    return new ContentException(
        volume.name
            + ": "
            + key
            + " was not stored, "
            + path
            + " failed: "
            + cause
            + (full
                ? "; the volume is full: free space or enlarge it, then put the key again"
                : "; check the volume, then put the key again"),
        cause);
  }

  @FunctionalInterface
  private interface Sink {
    void accept(ByteBuffer bytes);
  }
}
