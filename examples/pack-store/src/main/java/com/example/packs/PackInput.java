package com.example.packs;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** A range of one item's bytes. Where the file ends before the range does, that is an error. */
final class PackInput extends InputStream {

  private final PackDirectory directory;
  private final ContentKey key;
  private final FileChannel channel;
  private final long end;
  private long position;

  private PackInput(PackDirectory directory, PackDirectory.Opened opened, ByteRange range) {
    Pack.Item item = opened.item();
    long skipped = Math.min(range.offset(), item.length());
    this.directory = directory;
    this.key = item.key();
    this.channel = opened.channel();
    this.position = item.offset() + skipped;
    this.end = position + Math.min(range.length(), item.length() - skipped);
  }

  static PackInput open(PackDirectory directory, ContentKey key, ByteRange range) {
    try {
      return directory
          .open(key)
          .map(opened -> new PackInput(directory, opened, range))
          .orElseThrow(
              () ->
                  new ContentMissingException(
                      "%s: expected %s, found nothing; it was never committed, or was deleted"
                          .formatted(directory.name(), key)));
    } catch (IOException e) {
      throw new ContentException(
          directory.name() + ": cannot open " + key + ": " + e + "; check the disk", e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    if (directory.isClosed()) {
      throw new IOException(directory.name() + " was closed while " + key + " was being read");
    }
    if (position == end) {
      return -1;
    }
    int most = (int) Math.min(length, end - position);
    int count = channel.read(ByteBuffer.wrap(into, offset, most), position);
    if (count < 0) {
      throw new EOFException(directory.name() + ": " + key + " ends early, its pack is damaged");
    }
    position += count;
    return count;
  }

  @Override
  public long skip(long count) {
    long skipped = Math.max(0, Math.min(count, end - position));
    position += skipped;
    return skipped;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
