package dev.ingest.store.jdbc.content;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.content.ByteRange;
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
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Stages bodies chunk by chunk and publishes them together.
 *
 * <p>It holds one chunk at most, and that only during a put; what is staged is counted, not
 * remembered. No statement waits for a body: a chunk is read first and stored after that.
 */
final class JdbcContentWriter implements ContentWriter {

  private final JdbcContentStore store;
  private final ContentDatabase database;
  private final ContentPrefix prefix;
  private final Staging staging;
  private boolean begun;
  private @Nullable Throwable failure;
  private boolean closed;

  JdbcContentWriter(
      JdbcContentStore store, ContentDatabase database, ContentPrefix prefix, Staging staging) {
    this.store = store;
    this.database = database;
    this.prefix = prefix;
    this.staging = staging;
  }

  @Override
  public ContentStat put(ContentKey key, ContentBody body) {
    if (!prefix.covers(key)) {
      throw new InvalidValueException(
          Kind.CONTENT_KEY, key.value(), "outside the writer's prefix " + prefix);
    }
    requireFits(body.length().orElse(0));
    requireUsable();
    Chunks chunks = new Chunks(key, body);
    byte[] first = chunks.next();
    Digest whole = chunks.ended() ? chunks.digest() : null;
    OptionalLong id = step(() -> staging.begin(key, first, whole));
    if (id.isEmpty()) {
      return putAgain(key, chunks, first.length);
    }
    begun = true;
    if (whole != null) {
      return stat(key, first.length, whole);
    }
    return putRest(key, chunks, id.getAsLong(), first.length);
  }

  private ContentStat putRest(ContentKey key, Chunks chunks, long id, long before) {
    long length = before;
    int ordinal = 1;
    byte[] rest;
    Digest digest;
    try {
      rest = chunks.next();
      while (!chunks.ended()) {
        byte[] chunk = rest;
        int at = ordinal;
        step(
            () -> {
              staging.append(key, id, at, chunk);
              return true;
            });
        length += chunk.length;
        ordinal++;
        rest = chunks.next();
      }
      digest = chunks.digest();
    } catch (RuntimeException | Error e) {
      abandon(key, id, e);
      throw e;
    }
    Body body = new Body(id, length + rest.length);
    int stored = ordinal;
    byte[] last = rest;
    return step(
        () -> {
          staging.finish(key, body, stored, last, digest);
          return stat(key, body.length(), digest);
        });
  }

  /** What the body threw goes on; if the database fails as well, this writer is finished. */
  private void abandon(ContentKey key, long id, Throwable cause) {
    if (failure == null) {
      try {
        staging.abandon(key, id);
      } catch (RuntimeException e) {
        failure = e;
        cause.addSuppressed(e);
      }
    }
  }

  /**
   * Takes a body whose key is there already, storing nothing. The stored bytes are read back and
   * compared, though the server's cache may have answered for them.
   */
  private ContentStat putAgain(ContentKey key, Chunks chunks, long before) {
    long length = before;
    while (!chunks.ended()) {
      length += chunks.next().length;
    }
    Digest digest = chunks.digest();
    Staging.Stored stored = staging.find(key).orElseThrow(() -> staging.deleted(key));
    long held = stored.holder().body().length();
    if (held != length) {
      throw staging.conflict(key, held + " bytes", length + " bytes");
    }
    Digest found = readBack(key, stored.holder());
    if (!found.equals(digest)) {
      throw staging.conflict(key, found.toString(), digest.toString());
    }
    if (!stored.known()) {
      long put = length;
      step(
          () -> {
            staging.same(key, put, digest);
            return true;
          });
      begun = true;
    }
    return stat(key, length, digest);
  }

  private Digest readBack(ContentKey key, Holder holder) {
    MessageDigest running = Digest.newMessageDigest();
    byte[] buffer =
        new byte[(int) Math.max(1, Math.min(holder.body().length(), store.chunkBytes()))];
    try (InputStream in = store.input(key, holder, ByteRange.ALL)) {
      int count = in.read(buffer);
      while (count >= 0) {
        running.update(buffer, 0, count);
        count = in.read(buffer);
      }
    } catch (IOException e) {
      throw new ContentException(
          database.name()
              + ": the stored bytes of "
              + key
              + " could not be compared with those that were put again: "
              + e.getMessage(),
          e);
    }
    return Digest.finish(running);
  }

  private static ContentStat stat(ContentKey key, long length, Digest digest) {
    return new ContentStat(key, length, Optional.of(new Checksum(digest, Provenance.ECHOED)));
  }

  @Override
  public void commit() {
    requireUsable();
    if (!staging.isEmpty()) {
      step(
          () -> {
            staging.publish();
            return true;
          });
    }
  }

  /** With the database closed, what is staged stays until a sweep. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (begun && (failure != null || !staging.isEmpty()) && !database.isClosed()) {
        staging.abandonAll();
      }
    }
  }

  private interface Step<T> {

    T run();
  }

  /** Any error of the database finishes this writer: nobody knows what is staged. */
  private <T> T step(Step<T> step) {
    try {
      return step.run();
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    }
  }

  private void requireUsable() {
    if (closed) {
      throw new ContentException(
          database.name() + ": the writer of " + prefix + " is closed; open another one");
    }
    if (failure != null) {
      String message =
          database.name()
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
  }

  private void requireFits(long length) {
    if (length > JdbcContentStore.MAX_ITEM_BYTES) {
      throw new InvalidValueException(
          Kind.NUMBER,
          Long.toString(length),
          "an item of "
              + database.name()
              + " has at most "
              + JdbcContentStore.MAX_ITEM_BYTES
              + " bytes");
    }
  }

  /** A body in full chunks, but for the last; one after a full last one is empty. */
  private final class Chunks {

    private final ContentKey key;
    private final ContentBody body;
    private byte[] buffer;
    private long length;
    private boolean ended;
    private @Nullable Digest digest;

    Chunks(ContentKey key, ContentBody body) {
      this.key = key;
      this.body = body;
      // One more than is announced, so that the end of a small body is found without another array.
      long room = body.length().isPresent() ? body.length().getAsLong() + 1 : store.chunkBytes();
      this.buffer = new byte[(int) Math.max(1, Math.min(room, store.chunkBytes()))];
    }

    boolean ended() {
      return ended;
    }

    /** Asks the body once: a running computation may be reset by its completion. */
    Digest digest() {
      Digest known = digest;
      if (known == null) {
        known = body.digest();
        digest = known;
      }
      return known;
    }

    /** Reads on; what an earlier call returned is overwritten. */
    byte[] next() {
      int filled = 0;
      while (!ended && filled < store.chunkBytes()) {
        if (filled == buffer.length) {
          buffer = Arrays.copyOf(buffer, store.chunkBytes());
        }
        int count = read(filled);
        ended = count < 0;
        filled += Math.max(0, count);
      }
      length += filled;
      requireFits(length);
      OptionalLong promised = body.length();
      if (ended && promised.isPresent() && promised.getAsLong() != length) {
        throw new ContentException(
            database.name()
                + ": the body of "
                + key
                + " gave "
                + length
                + " bytes, expected "
                + promised.getAsLong()
                + "; nothing was stored");
      }
      return filled == buffer.length ? buffer : Arrays.copyOf(buffer, filled);
    }

    private int read(int filled) {
      int count;
      try {
        count = body.read(buffer, filled, buffer.length - filled);
      } catch (IOException e) {
        throw new ContentException(
            database.name() + ": the body of " + key + " failed: " + e + "; nothing was stored", e);
      }
      if (count == 0 || count < -1 || count > buffer.length - filled) {
        throw new IllegalStateException(
            "the body of "
                + key
                + " returned "
                + count
                + " of at most "
                + (buffer.length - filled));
      }
      return count;
    }
  }
}
