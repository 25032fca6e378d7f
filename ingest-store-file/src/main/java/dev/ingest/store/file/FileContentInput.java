package dev.ingest.store.file;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A range of one key's stored bytes; every deviation is an error. Not for several threads. */
final class FileContentInput extends InputStream {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Volume volume;
  private final ContentKey key;
  private final FileSource source;
  private final long end;
  private long position;
  private ByteBuffer bytes = NOTHING;
  private boolean closed;

  FileContentInput(Volume volume, ContentKey key, FileSource source, ByteRange range)
      throws IOException {
    this.volume = volume;
    this.key = key;
    this.source = source;
    long size = source.size();
    this.position = Math.min(range.offset(), size);
    this.end = position + Math.min(range.length(), size - position);
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
    ByteBuffer next = taken(length);
    int count = next.remaining();
    next.get(into, offset, count);
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    requireOpen();
    long skipped = Math.max(0, Math.min(count, end - position));
    position += skipped;
    bytes = NOTHING;
    return skipped;
  }

  @Override
  public int available() throws IOException {
    requireOpen();
    return bytes.remaining();
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      bytes = NOTHING;
      source.close();
    }
  }

  private boolean atEnd() throws IOException {
    requireOpen();
    return position >= end;
  }

  private ByteBuffer taken(int most) throws IOException {
    if (!bytes.hasRemaining()) {
      try {
        bytes = source.at(position, end);
      } catch (IOException e) {
        throw new IOException(
            volume.name
                + ": cannot read "
                + key
                + " from byte "
                + position
                + ": "
                + e.getMessage()
                + "; the stored bytes are damaged or out of reach",
            e);
      }
    }
    int count = Math.min(most, bytes.remaining());
    ByteBuffer part = bytes.slice(bytes.position(), count);
    bytes.position(bytes.position() + count);
    position += count;
    return part;
  }

  private void requireOpen() throws IOException {
    if (closed || volume.isClosed()) {
      throw new IOException(
          volume.name + ": the stream of " + key + " or its store is closed; open it again");
    }
  }
}
