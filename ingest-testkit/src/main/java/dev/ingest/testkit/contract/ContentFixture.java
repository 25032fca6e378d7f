package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.ManualTime;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the content contracts share: the backend under test, opened anew for every case. */
public abstract class ContentFixture {

  /** What most cases write below. */
  static final ContentPrefix PREFIX = new ContentPrefix("raw/o1/s1");

  /** The time of this test; it moves by hand. */
  protected final ManualTime time = new ManualTime(Instant.parse("2026-03-01T10:00:00.250Z"));

  private @Nullable ContentAccess access;
  private @Nullable ContentAccess beside;

  /** Called by subclasses. */
  protected ContentFixture() {}

  /**
   * Opens the backend of this test. The first call in a test finds it empty; a later call comes
   * after the backend was closed and finds, if it is durable, what was committed; or it comes from
   * {@link #openBeside}.
   *
   * @param clock the time to hand to the adapter
   * @return the backend; the case closes it
   * @throws Exception if it cannot be opened, which fails the case
   */
  protected abstract ContentAccess open(InstantSource clock) throws Exception;

  /**
   * Opens the backend of this test once more while it is open, as another process would: an object
   * of its own over the same place. Asked only of a store that declares itself {@linkplain
   * dev.ingest.spi.content.ContentCapabilities#shared() shared}. Calls {@link #open} unless
   * overridden, which is right where that opens the same place each time.
   *
   * @param clock the time to hand to the adapter
   * @return another instance; the case closes it
   * @throws Exception if it cannot be opened, which fails the case
   */
  protected ContentAccess openBeside(InstantSource clock) throws Exception {
    return open(clock);
  }

  /**
   * Opens the backend of this test as a process does that comes after one which was killed: what is
   * open is not closed before, so that nothing is there but what was committed. Asked only of a
   * store that declares itself {@linkplain dev.ingest.spi.content.ContentCapabilities#durable()
   * durable}. Calls {@link #openBeside} unless overridden; a store that can be opened once at a
   * time is opened over {@linkplain #copyOf a copy} of its place.
   *
   * @param clock the time to hand to the adapter
   * @return another instance; the case closes it
   * @throws Exception if it cannot be opened, which fails the case
   */
  protected ContentAccess openAfterKill(InstantSource clock) throws Exception {
    return openBeside(clock);
  }

  /**
   * Copies a folder as it is now, with all that is in it.
   *
   * @param place the folder
   * @param copy an empty folder
   * @return {@code copy}
   * @throws IOException if it cannot be copied
   */
  protected static Path copyOf(Path place, Path copy) throws IOException {
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file : files.filter(found -> !found.equals(place)).toList()) {
        Files.copy(file, copy.resolve(place.relativize(file).toString()));
      }
    }
    return copy;
  }

  @BeforeEach
  final void openBackend() throws Exception {
    access = open(time);
  }

  @AfterEach
  final void closeBackend() {
    if (beside != null) {
      beside.close();
      beside = null;
    }
    if (access != null) {
      access.close();
      access = null;
    }
  }

  final void reopen() throws Exception {
    closeBackend();
    openBackend();
  }

  final ContentAccess access() {
    if (access == null) {
      throw new IllegalStateException("the backend is not open");
    }
    return access;
  }

  final ContentStore store() {
    return access().store();
  }

  /**
   * Who else uses the place: another instance where the store is shared, else the one that is open,
   * for there can be no other user.
   */
  final ContentAccess beside() throws Exception {
    if (!store().capabilities().shared()) {
      return access();
    }
    if (beside == null) {
      ContentAccess opened = SecondInstance.open(store().name(), () -> openBeside(time));
      SecondInstance.requireOther(store().name(), store(), opened.store());
      beside = opened;
    }
    return beside;
  }

  /** Puts and commits. */
  final void store(ContentKey key, byte[] bytes) {
    store(store(), key, bytes);
  }

  static void store(ContentStore store, ContentKey key, byte[] bytes) {
    try (ContentWriter writer = store.writer(PREFIX)) {
      writer.put(key, new TestBody(bytes));
      writer.commit();
    }
  }

  final void storeAll(ContentPrefix prefix, List<ContentKey> keys) {
    try (ContentWriter writer = store().writer(prefix)) {
      for (ContentKey key : keys) {
        writer.put(key, new TestBody(bytesOf(key)));
      }
      writer.commit();
    }
  }

  final void assertStored(ContentKey key, byte[] expected) {
    assertStored(store(), key, expected);
  }

  final void assertStored(ContentStore store, ContentKey key, byte[] expected) {
    ContentStat stat = store.stat(key).orElseThrow(() -> new AssertionError(key + " is absent"));
    assertEquals(expected.length, stat.length(), () -> "length of " + key);
    assertTrue(stat.key().equals(key), () -> "stat answers for " + stat.key());
    assertEvidence(stat, expected);
    for (ReadPurpose purpose : List.of(ReadPurpose.USE, ReadPurpose.PROVE)) {
      byte[] read = read(store, key, ByteRange.ALL, purpose);
      assertArrayEquals(expected, read, () -> "of " + key);
    }
  }

  final void assertEvidence(ContentStat stat, byte[] stored) {
    stat.checksum()
        .filter(checksum -> checksum.isEvidence())
        .ifPresent(
            checksum ->
                assertEquals(
                    Digest.of(stored),
                    checksum.digest(),
                    () -> "the evidence for " + stat.key() + " is not of the stored bytes"));
  }

  final void assertAbsent(ContentKey key) {
    assertAbsent(store(), key);
  }

  final void assertAbsent(ContentStore store, ContentKey key) {
    assertEquals(Optional.empty(), store.stat(key), () -> "stat of " + key);
    assertThrows(
        ContentMissingException.class, () -> read(store, key, ByteRange.ALL, ReadPurpose.USE));
    assertTrue(!keysBelow(store, PREFIX).contains(key), () -> key + " is listed");
  }

  /** What must hold of a put that was not committed. */
  final void assertAbsentOrWhole(ContentKey key, byte[] bytes) {
    if (store().stat(key).isPresent()) {
      assertStored(key, bytes);
    } else {
      assertAbsent(key);
    }
  }

  final byte[] read(ContentKey key, ByteRange range, ReadPurpose purpose) {
    return read(store(), key, range, purpose);
  }

  static byte[] read(ContentStore store, ContentKey key, ByteRange range, ReadPurpose purpose) {
    try (InputStream in = store.open(key, range, purpose)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final List<ContentKey> keysBelow(ContentPrefix prefix) {
    return keysBelow(store(), prefix);
  }

  static List<ContentKey> keysBelow(ContentStore store, ContentPrefix prefix) {
    return pages(store, prefix, Optional.empty(), ContentStore.MAX_PAGE);
  }

  final List<ContentKey> pages(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    return pages(store(), prefix, after, limit);
  }

  /** Follows all pages, however many; a listing that does not advance fails. */
  static List<ContentKey> pages(
      ContentStore store, ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    List<ContentKey> keys = new ArrayList<>();
    Optional<ContentKey> last = after;
    boolean more = true;
    while (more) {
      ContentPage page = store.list(prefix, last, limit);
      assertTrue(page.entries().size() <= limit, "a page holds at most as many as asked for");
      for (ContentStat entry : page.entries()) {
        ContentKey before = last.orElse(null);
        assertTrue(
            before == null || entry.key().compareTo(before) > 0,
            () -> entry.key() + " does not follow " + before);
        keys.add(entry.key());
        last = Optional.of(entry.key());
      }
      more = page.more();
      assertTrue(!more || !page.entries().isEmpty(), "an empty page is the last");
    }
    return keys;
  }

  static Permit permit(ContentPrefix scope, List<ContentKey> keys) {
    return new Permit(
        Permit.Reason.EXPIRY, SequenceKey.of("o1", "s1"), "transition 1", scope, keys);
  }

  static ContentKey key(String part) {
    return PREFIX.key(part);
  }

  static byte[] bytesOf(ContentKey key) {
    return key.value().getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }
}
