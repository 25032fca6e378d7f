package dev.ingest.store.jdbc.content;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/**
 * A range of a body, read chunk by chunk, each by a statement of its own that names it and its
 * holder; nothing of the database is held between two of them. A chunk that is absent or not as
 * long as it must be is an error. Not for several threads.
 */
final class ChunkInput extends InputStream {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private static final String LOST =
      "none that its key still holds; it was deleted while it was read, was lost by a server that"
          + " took another's place, or is damaged";

  private final ContentDatabase database;
  private final int chunkBytes;
  private final ContentKey key;
  private final Holder holder;
  private final Body body;
  private final long end;
  private long position;
  private ByteBuffer bytes = NOTHING;
  private boolean closed;

  ChunkInput(
      ContentDatabase database, int chunkBytes, ContentKey key, Holder holder, ByteRange range) {
    this.database = database;
    this.chunkBytes = chunkBytes;
    this.key = key;
    this.holder = holder;
    this.body = holder.body();
    this.position = Math.min(range.offset(), body.length());
    this.end = position + Math.min(range.length(), body.length() - position);
  }

  @Override
  public int read() throws IOException {
    return atEnd() ? -1 : Byte.toUnsignedInt(taken(1).get());
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    if (atEnd()) {
      return -1;
    }
    ByteBuffer part = taken(length);
    int count = part.remaining();
    part.get(into, offset, count);
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    requireOpen();
    long skipped = Math.max(0, Math.min(count, end - position));
    position += skipped;
    if (skipped < bytes.remaining()) {
      bytes.position(bytes.position() + (int) skipped);
    } else {
      bytes = NOTHING;
    }
    return skipped;
  }

  @Override
  public int available() throws IOException {
    requireOpen();
    return bytes.remaining();
  }

  @Override
  public void close() {
    closed = true;
    bytes = NOTHING;
  }

  private boolean atEnd() throws IOException {
    requireOpen();
    return position >= end;
  }

  private ByteBuffer taken(int most) throws IOException {
    if (!bytes.hasRemaining()) {
      int ordinal = Math.toIntExact(position / chunkBytes);
      long begin = (long) ordinal * chunkBytes;
      int expected = (int) Math.min(chunkBytes, body.length() - begin);
      int from = (int) (position - begin);
      bytes = part(ordinal, expected, from, (int) Math.min(expected - from, end - position));
    }
    int count = Math.min(most, bytes.remaining());
    ByteBuffer taken = bytes.slice(bytes.position(), count);
    bytes.position(bytes.position() + count);
    position += count;
    return taken;
  }

  private ByteBuffer part(int ordinal, int expected, int from, int count) throws IOException {
    Optional<Part> part;
    try {
      part =
          database.read(
              "read " + key,
              sql ->
                  sql.first(
                      holder.text(),
                      row -> new Part(row.getLong(1), ByteBuffer.wrap(row.getBytes(2))),
                      holder.values(from, count, ordinal)));
    } catch (ContentException e) {
      throw new IOException(e.getMessage(), e);
    }
    if (part.isEmpty()) {
      throw broken(ordinal, expected, LOST);
    }
    ByteBuffer found = part.get().bytes();
    if (part.get().length() != expected || found.remaining() != count) {
      throw broken(ordinal, expected, part.get().length() + "; it is damaged");
    }
    return found;
  }

  private IOException broken(int ordinal, int expected, String found) {
    return new IOException(
        database.name()
            + ": cannot read "
            + key
            + " from byte "
            + position
            + ": expected "
            + expected
            + " bytes in chunk "
            + ordinal
            + " of body "
            + body.id()
            + ", found "
            + found);
  }

  private void requireOpen() throws IOException {
    if (closed || database.isClosed()) {
      throw new IOException(
          database.name() + ": the stream of " + key + " or its store is closed; open it again");
    }
  }

  private record Part(long length, ByteBuffer bytes) {}
}
