package com.example.packs;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of items: their bytes one after the other, an index, and a trailer with the index's
 * position, length and digest. It is complete when it gets its name and never changes afterwards.
 * What deletions leave of it becomes its next generation.
 *
 * @param id which writer's bytes they are
 * @param generation 0, and one more each time that items were deleted
 * @param items in the order of their bytes
 */
record Pack(long id, int generation, List<Item> items) {

  /** The most items of one pack, so that a writer's memory and an index have a bound. */
  static final int MAX_ITEMS = 1_000;

  /** The most bytes of a pack of several items, so that deletions rewrite no more than this. */
  static final long FULL_BYTES = 256L << 20;

  private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})-([0-9]{1,9})\\.pack");
  private static final long MAGIC = 0x494e_4750_4143_4b31L;
  private static final int TRAILER_BYTES = Long.BYTES + Integer.BYTES + Digest.BYTES + Long.BYTES;
  private static final int MAX_INDEX_BYTES = MAX_ITEMS * (2 + 512 + Long.BYTES + Digest.BYTES);

  /** What the index says of one item, and where its bytes begin. */
  record Item(ContentKey key, long offset, long length, Digest digest) {

    Item movedTo(long newOffset) {
      return new Item(key, newOffset, length, digest);
    }
  }

  static Matcher nameOf(Path file) {
    return NAME.matcher(String.valueOf(file.getFileName()));
  }

  static long idIn(Matcher name) {
    return Long.parseUnsignedLong(name.group(1), 16);
  }

  static int generationIn(Matcher name) {
    return Integer.parseInt(name.group(2));
  }

  Path in(Path directory) {
    return directory.resolve(String.format(Locale.ROOT, "%016x-%d.pack", id, generation));
  }

  /** Writes the index and the trailer behind the items' bytes, and nothing else behind those. */
  static void finish(FileChannel channel, List<Item> items, long end) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (Item item : items) {
      out.writeUTF(item.key().value());
      out.writeLong(item.length());
      out.write(item.digest().toBytes());
    }
    byte[] index = bytes.toByteArray();
    out.writeLong(end);
    out.writeInt(index.length);
    out.write(Digest.of(index).toBytes());
    out.writeLong(MAGIC);
    channel.truncate(end);
    write(channel, ByteBuffer.wrap(bytes.toByteArray()), end);
  }

  static void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /** Copies bytes that must be there. */
  static void copy(FileChannel from, long begin, long length, FileChannel to, long position)
      throws IOException {
    for (long done = 0; done < length; ) {
      long count = from.transferTo(begin + done, length - done, to.position(position + done));
      if (count <= 0) {
        throw new EOFException("it ends at " + (begin + done));
      }
      done += count;
    }
  }

  /** Reads the index of a file with a pack's name. A file that is not whole is an error. */
  static Pack read(Path file) throws IOException {
    Matcher name = nameOf(file);
    if (!name.matches()) {
      throw new IOException(file + " does not have a pack's name");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new Pack(idIn(name), generationIn(name), readItems(channel));
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(file + " is not a whole pack: " + e.getMessage(), e);
    }
  }

  private static List<Item> readItems(FileChannel channel) throws IOException {
    long trailerAt = channel.size() - TRAILER_BYTES;
    ByteBuffer trailer = bytes(channel, trailerAt, TRAILER_BYTES);
    long end = trailer.getLong();
    int indexBytes = trailer.getInt();
    byte[] digest = new byte[Digest.BYTES];
    trailer.get(digest);
    boolean fits = end >= 0 && indexBytes <= MAX_INDEX_BYTES && end == trailerAt - indexBytes;
    if (trailer.getLong() != MAGIC || !fits) {
      throw new EOFException("its trailer does not fit");
    }
    byte[] index = bytes(channel, end, indexBytes).array();
    if (!Digest.of(index).equals(Digest.ofBytes(digest))) {
      throw new IOException("its index is damaged");
    }
    return items(index, end);
  }

  private static List<Item> items(byte[] index, long end) throws IOException {
    List<Item> items = new ArrayList<>();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(index));
    long offset = 0;
    while (in.available() > 0) {
      ContentKey key = new ContentKey(in.readUTF());
      Item item = new Item(key, offset, in.readLong(), Digest.ofBytes(in.readNBytes(Digest.BYTES)));
      items.add(item);
      if (item.length() < 0 || item.length() > end - offset) {
        throw new EOFException(key + " does not end before the index");
      }
      offset += item.length();
    }
    if (offset != end) {
      throw new EOFException("its items end at " + offset + " and its index begins at " + end);
    }
    return items;
  }

  private static ByteBuffer bytes(FileChannel channel, long position, int length)
      throws IOException {
    if (position < 0 || length < 0) {
      throw new EOFException("it is too short");
    }
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new EOFException("it ends at " + (position + bytes.position()));
      }
    }
    return bytes.flip();
  }
}
