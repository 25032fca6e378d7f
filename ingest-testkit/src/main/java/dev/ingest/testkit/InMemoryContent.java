package dev.ingest.testkit;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.content.ReadPurpose;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The reference content store: bytes in memory, with hooks by which tests damage them.
 *
 * <p>Nothing is visible before a writer's commit. Checksums are computed over the stored bytes at
 * every call, so a damaged byte shows. The stored bytes outlive the object that was closed: {@link
 * #reopen()} gives another one over the same bytes, as a restarted process would. Safe for use by
 * several threads.
 */
public final class InMemoryContent implements ContentStore, ContentPurger {

  /** What is declared unless told otherwise: not durable, not shared, independent reads. */
  public static final ContentCapabilities CAPABILITIES =
      new ContentCapabilities(false, false, true, Integer.MAX_VALUE - 8L);

  private final MemoryBlobs blobs;
  private final ContentCapabilities capabilities;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Creates an empty store with {@link #CAPABILITIES}. */
  public InMemoryContent() {
    this(CAPABILITIES);
  }

  /**
   * Creates an empty store that declares other capabilities, for tests of what is compared with
   * them and for simulations in which memory stands for a disk.
   *
   * @param capabilities what to declare; the largest item is enforced
   */
  public InMemoryContent(ContentCapabilities capabilities) {
    this(new MemoryBlobs(), capabilities);
  }

  private InMemoryContent(MemoryBlobs blobs, ContentCapabilities capabilities) {
    this.blobs = blobs;
    this.capabilities = capabilities;
  }

  /**
   * Opens the same bytes again, whether or not this object is closed.
   *
   * @return another store over the same bytes
   */
  public InMemoryContent reopen() {
    return new InMemoryContent(blobs, capabilities);
  }

  /**
   * Returns both sides of this store.
   *
   * @return this store as store and as purger
   */
  public ContentAccess access() {
    return new ContentAccess(this, this);
  }

  @Override
  public String name() {
    return "memory:content";
  }

  @Override
  public ContentCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    checkOpen(prefix.value());
    return new MemoryWriter(this, blobs, prefix);
  }

  @Override
  public Optional<ContentStat> stat(ContentKey key) {
    checkOpen(key.value());
    byte[] bytes = blobs.get(key);
    if (bytes == null) {
      return Optional.empty();
    }
    Checksum checksum = new Checksum(Digest.of(bytes), Checksum.Provenance.READ_BACK);
    return Optional.of(new ContentStat(key, bytes.length, Optional.of(checksum)));
  }

  @Override
  public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
    checkOpen(key.value());
    byte[] bytes = blobs.get(key);
    if (bytes == null) {
      throw new ContentMissingException(
          name() + ": no bytes under " + key + "; expected a key that was committed");
    }
    int offset = (int) Math.min(range.offset(), bytes.length);
    int length = (int) Math.min(range.length(), bytes.length - offset);
    return new ClosableWithStore(new ByteArrayInputStream(bytes, offset, length), key);
  }

  @Override
  public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    checkOpen(prefix.value());
    if (limit < 1 || limit > MAX_PAGE) {
      throw new InvalidValueException(
          Kind.NUMBER, Integer.toString(limit), "a page has 1 to " + MAX_PAGE + " entries");
    }
    NavigableMap<String, MemoryBlobs.Blob> below = blobs.below(prefix, after);
    List<ContentStat> page = new ArrayList<>(Math.min(limit, 64));
    for (MemoryBlobs.Blob blob : below.values()) {
      if (page.size() == limit) {
        return new ContentPage(page, true);
      }
      page.add(new ContentStat(blob.key, blob.bytes.length, Optional.empty()));
    }
    return new ContentPage(page, false);
  }

  @Override
  public List<Outcome> delete(Permit permit) {
    checkOpen(permit.scope().value());
    List<Outcome> outcomes = new ArrayList<>(permit.keys().size());
    for (ContentKey key : permit.keys()) {
      blobs.remove(key);
      outcomes.add(Outcome.APPLIED);
    }
    return outcomes;
  }

  @Override
  public void close() {
    closed.set(true);
  }

  /**
   * Test hook: damages one stored byte.
   *
   * @param key a stored key
   * @param index which byte, counted from 0 and taken modulo the length
   */
  public void corrupt(ContentKey key, int index) {
    byte[] damaged = bytes(key);
    if (damaged.length == 0) {
      throw new IllegalArgumentException("nothing to damage: " + key + " has no bytes");
    }
    damaged[Math.floorMod(index, damaged.length)] ^= 0x40;
    blobs.replace(key, damaged);
  }

  /**
   * Test hook: cuts stored bytes off at the end.
   *
   * @param key a stored key
   * @param length how many bytes stay
   */
  public void truncate(ContentKey key, int length) {
    blobs.replace(key, Arrays.copyOf(bytes(key), length));
  }

  /**
   * Test hook: loses stored bytes without a permit.
   *
   * @param key the key
   * @return whether there was something to lose
   */
  public boolean remove(ContentKey key) {
    return blobs.remove(key);
  }

  /**
   * Test hook: reads what is stored, also after {@link #close()}.
   *
   * @param key a stored key
   * @return a copy of the bytes
   */
  public byte[] bytes(ContentKey key) {
    byte[] bytes = blobs.get(key);
    if (bytes == null) {
      throw new IllegalArgumentException("nothing is stored under " + key);
    }
    return bytes.clone();
  }

  /**
   * Test hook: lists everything that is stored.
   *
   * @return the keys in order
   */
  public List<ContentKey> keys() {
    return blobs.keys();
  }

  /**
   * Test hook: counts what is stored.
   *
   * @return the number of keys
   */
  public int size() {
    return blobs.size();
  }

  void checkOpen(String what) {
    if (closed.get()) {
      throw new ContentException(name() + ": closed; open it again to use " + what);
    }
  }

  /** A stream that fails once the store is closed, as a lost connection would. */
  private final class ClosableWithStore extends InputStream {

    private final ByteArrayInputStream bytes;
    private final ContentKey key;

    ClosableWithStore(ByteArrayInputStream bytes, ContentKey key) {
      this.bytes = bytes;
      this.key = key;
    }

    @Override
    public int read() throws IOException {
      check();
      return bytes.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      check();
      return bytes.read(buffer, offset, length);
    }

    @Override
    public byte[] readAllBytes() throws IOException {
      check();
      return bytes.readAllBytes();
    }

    @Override
    public int available() throws IOException {
      check();
      return bytes.available();
    }

    private void check() throws IOException {
      if (closed.get()) {
        throw new IOException(name() + ": closed while " + key + " was being read");
      }
    }
  }
}
