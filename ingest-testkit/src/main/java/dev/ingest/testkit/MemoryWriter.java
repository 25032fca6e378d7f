package dev.ingest.testkit;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Keeps what is put to itself until the commit makes all of it visible in one step. */
final class MemoryWriter implements ContentWriter {

  private static final int FIRST_CHUNK = 512;
  private static final int CHUNK = 8_192;

  private final InMemoryContent store;
  private final MemoryBlobs blobs;
  private final ContentPrefix prefix;
  private final NavigableMap<String, byte[]> staged = new TreeMap<>();
  private boolean finished;

  MemoryWriter(InMemoryContent store, MemoryBlobs blobs, ContentPrefix prefix) {
    this.store = store;
    this.blobs = blobs;
    this.prefix = prefix;
  }

  @Override
  public ContentStat put(ContentKey key, ContentBody body) {
    checkUsable();
    if (!prefix.covers(key)) {
      throw new InvalidValueException(
          Kind.CONTENT_KEY, key.value(), "a writer's keys lie below its prefix " + prefix);
    }
    byte[] bytes = drain(key, body);
    Digest digest = body.digest();
    MemoryBlobs.checkSame(store.name(), key.value(), staged.get(key.value()), bytes);
    MemoryBlobs.checkSame(store.name(), key.value(), blobs.get(key), bytes);
    staged.put(key.value(), bytes);
    Checksum checksum = new Checksum(digest, Checksum.Provenance.ECHOED);
    return new ContentStat(key, bytes.length, Optional.of(checksum));
  }

  @Override
  public void commit() {
    checkUsable();
    try {
      blobs.putAll(store.name(), staged);
    } catch (ContentConflictException e) {
      finished = true;
      throw e;
    }
    staged.clear();
  }

  @Override
  public void close() {
    finished = true;
    staged.clear();
  }

  private byte[] drain(ContentKey key, ContentBody body) {
    long most = store.capabilities().maxItemBytes();
    checkSize(key, body.length().orElse(0), most);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // Most bodies of tests are short, and a large array would cost more than their bytes.
    byte[] chunk = new byte[FIRST_CHUNK];
    try {
      for (int n = body.read(chunk, 0, chunk.length);
          n >= 0;
          n = body.read(chunk, 0, chunk.length)) {
        bytes.write(chunk, 0, n);
        checkSize(key, bytes.size(), most);
        if (n == chunk.length && n < CHUNK) {
          chunk = new byte[CHUNK];
        }
      }
    } catch (IOException e) {
      throw new ContentException(
          store.name()
              + ": the body of "
              + key
              + " failed after "
              + bytes.size()
              + " bytes; nothing of it is stored, put it again",
          e);
    }
    return bytes.toByteArray();
  }

  private void checkSize(ContentKey key, long length, long most) {
    if (length > most) {
      throw new InvalidValueException(
          Kind.NUMBER,
          Long.toString(length),
          "an item of " + store.name() + " has at most " + most + " bytes; " + key + " has more");
    }
  }

  private void checkUsable() {
    store.checkOpen(prefix.value());
    if (finished) {
      throw new ContentException(
          store.name()
              + ": the writer of "
              + prefix
              + " was closed or its commit failed; open another writer and put the bytes again");
    }
  }
}
