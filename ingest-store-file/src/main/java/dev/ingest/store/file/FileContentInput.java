package dev.ingest.store.file;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A range of one key's stored bytes; every deviation is an error. For one thread at a time. Closed
 * by another thread during a read, it is closed by that read as it leaves, since the buffer that it
 * reads into serves other streams afterwards.
 */
final class FileContentInput extends InputStream {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Volume volume;
  private final ContentKey key;
  private final FileSource source;
  private final long end;
  private long position;
  private ByteBuffer bytes = NOTHING;
  private final OneAtATime calls = new OneAtATime();

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
    begin();
    try {
      return position >= end ? -1 : Byte.toUnsignedInt(taken(1).get());
    } finally {
      leave();
    }
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    begin();
    try {
      if (position >= end) {
        return -1;
      }
      ByteBuffer next = taken(length);
      int count = next.remaining();
      next.get(into, offset, count);
      return count;
    } finally {
      leave();
    }
  }

  @Override
  public long skip(long count) throws IOException {
    begin();
    try {
      long skipped = Math.max(0, Math.min(count, end - position));
      position += skipped;
      bytes = NOTHING;
      return skipped;
    } finally {
      leave();
    }
  }

  @Override
  public int available() throws IOException {
    begin();
    try {
      return bytes.remaining();
    } finally {
      leave();
    }
  }

  @Override
  public void close() throws IOException {
    if (calls.end()) {
      release();
    }
  }

  private void begin() throws IOException {
    if (!calls.begin()) {
      throw calls.isEnded()
          ? closed()
          : new IOException(
              volume.name
                  + ": the stream of "
                  + key
                  + " is being read by another thread; read it by one, or open another");
    }
    if (volume.isClosed()) {
      leave();
      throw closed();
    }
  }

  private void leave() throws IOException {
    if (calls.leave()) {
      release();
    }
  }

  private void release() throws IOException {
    bytes = NOTHING;
    source.close();
  }

  private IOException closed() {
    return new IOException(
        volume.name + ": the stream of " + key + " or its store is closed; open it again");
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
}
