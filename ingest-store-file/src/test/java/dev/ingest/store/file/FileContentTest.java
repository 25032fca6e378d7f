package dev.ingest.store.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.Checksum.Provenance;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FileContentTest {

  @TempDir Path dir;

  private FileContent content;
  private ContentStore store;
  private Path root;

  FileContentTest() {}

  @BeforeEach
  void open() {
    root = dir.resolve("root");
    content = new FileContent(root, InstantSource.system());
    store = content.access().store();
  }

  @AfterEach
  void close() {
    content.close();
  }

  private Path file(String key) {
    return root.resolve("content").resolve(key + ".item");
  }

  @ParameterizedTest
  @EnumSource(ReadPurpose.class)
  void lengthsAroundBlocksAndBuffers_areReadBackInEveryRange(ReadPurpose purpose)
      throws IOException {
    int[] lengths = {0, 1, 4_095, 4_096, 4_097, 262_143, 262_144, 262_145, 700_001};
    for (int length : lengths) {
      byte[] bytes = Bodies.bytes(length, length);
      String key = "raw/n" + length;
      Bodies.put(store, "raw", key, bytes);
      assertArrayEquals(bytes, Bodies.read(store, key, purpose));
      for (int offset : new int[] {0, 1, 4_095, 4_096, 262_144, length, length + 5}) {
        for (long most : new long[] {0, 1, 5_000, 300_000, Long.MAX_VALUE}) {
          int from = Math.min(offset, length);
          int to = (int) Math.min(length, from + Math.min(most, length));
          try (InputStream stream =
              store.open(Bodies.key(key), new ByteRange(offset, most), purpose)) {
            assertArrayEquals(Arrays.copyOfRange(bytes, from, to), stream.readAllBytes());
          }
        }
      }
    }
  }

  @Test
  void singleBytesAndSkips_giveTheSameBytes() throws IOException {
    byte[] bytes = Bodies.bytes(300_000, 1);
    Bodies.put(store, "raw", "raw/1", bytes);
    try (InputStream stream =
        store.open(Bodies.key("raw/1"), new ByteRange(10, 299_000), ReadPurpose.PROVE)) {
      assertEquals(Byte.toUnsignedInt(bytes[10]), stream.read());
      assertEquals(262_140, stream.skip(262_140));
      for (int i = 262_151; i < 262_200; i++) {
        assertEquals(Byte.toUnsignedInt(bytes[i]), stream.read());
      }
      assertEquals(299_010 - 262_200, stream.skip(1 << 20));
      assertEquals(-1, stream.read());
    }
  }

  @Test
  void put_tellsLengthAndDigest() {
    byte[] bytes = Bodies.bytes(1_000, 1);
    try (ContentWriter writer = store.writer(Bodies.prefix("raw"))) {
      ContentStat first = writer.put(Bodies.key("raw/1"), Bodies.trickle(bytes, 7));
      writer.commit();
      assertEquals(1_000, first.length());
      assertEquals(Digest.of(bytes), first.checksum().orElseThrow().digest());
      assertEquals(Provenance.ECHOED, first.checksum().orElseThrow().provenance());
      ContentStat second = writer.put(Bodies.key("raw/1"), Bodies.body(bytes));
      writer.commit();
      assertEquals(
          store.capabilities().independentReads() ? Provenance.READ_BACK : Provenance.ECHOED,
          second.checksum().orElseThrow().provenance());
    }
    assertEquals(
        Optional.of(new ContentStat(Bodies.key("raw/1"), 1_000, Optional.empty())),
        store.stat(Bodies.key("raw/1")));
  }

  @Test
  void beforeCommit_nothingIsVisible_andCloseDropsIt() throws IOException {
    try (ContentWriter writer = store.writer(Bodies.prefix("raw"))) {
      writer.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 1)));
      assertEquals(Optional.empty(), store.stat(Bodies.key("raw/1")));
    }
    assertEquals(List.of(), Bodies.list(store, "raw", 10));
    try (var temps = Files.list(root.resolve("tmp"))) {
      assertEquals(0, temps.count());
    }
  }

  @Test
  void otherBytes_conflictAndTheStoredStay() {
    Bodies.put(store, "raw", "raw/1", Bodies.bytes(10, 1));
    try (ContentWriter writer = store.writer(Bodies.prefix("raw"))) {
      assertThrows(
          ContentConflictException.class,
          () -> writer.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 2))));
      assertThrows(
          ContentConflictException.class,
          () -> writer.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(11, 1))));
      writer.put(Bodies.key("raw/2"), Bodies.body(Bodies.bytes(10, 2)));
      writer.commit();
    }
    assertArrayEquals(Bodies.bytes(10, 1), Bodies.read(store, "raw/1", ReadPurpose.USE));
    assertArrayEquals(Bodies.bytes(10, 2), Bodies.read(store, "raw/2", ReadPurpose.USE));
  }

  @Test
  void sameKeyTwiceInOneWriter_isIdempotentOrAConflictOfThatKeyAlone() {
    try (ContentWriter writer = store.writer(Bodies.prefix("raw"))) {
      writer.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 1)));
      writer.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 1)));
      assertThrows(
          ContentConflictException.class,
          () -> writer.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 2))));
      writer.commit();
    }
    assertArrayEquals(Bodies.bytes(10, 1), Bodies.read(store, "raw/1", ReadPurpose.USE));
  }

  @Test
  void twoWritersOfOneKey_theLaterCommitIsIdempotentOrAConflict() {
    try (ContentWriter first = store.writer(Bodies.prefix("raw"));
        ContentWriter same = store.writer(Bodies.prefix("raw"));
        ContentWriter other = store.writer(Bodies.prefix("raw"))) {
      first.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 1)));
      same.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 1)));
      other.put(Bodies.key("raw/1"), Bodies.body(Bodies.bytes(10, 2)));
      first.commit();
      same.commit();
      assertThrows(ContentConflictException.class, other::commit);
      assertThrows(ContentConflictException.class, other::commit);
      assertThrows(
          ContentException.class,
          () -> other.put(Bodies.key("raw/2"), Bodies.body(Bodies.bytes(10, 2))));
    }
    assertArrayEquals(Bodies.bytes(10, 1), Bodies.read(store, "raw/1", ReadPurpose.USE));
    assertEquals(List.of("raw/1"), Bodies.list(store, "raw", 10));
  }

  @Test
  void keyAndKeysBelowIt_liveSideBySide() {
    Bodies.put(store, "raw", "raw/a", Bodies.bytes(1, 1));
    Bodies.put(store, "raw", "raw/a/b", Bodies.bytes(2, 2));
    Bodies.put(store, "raw", "raw/a/b/c", Bodies.bytes(3, 3));
    assertEquals(List.of("raw/a", "raw/a/b", "raw/a/b/c"), Bodies.list(store, "raw", 2));
    assertEquals(List.of("raw/a/b", "raw/a/b/c"), Bodies.list(store, "raw/a", 2));
    content.access().purger().delete(Bodies.permit("raw", "raw/a/b"));
    assertEquals(List.of("raw/a", "raw/a/b/c"), Bodies.list(store, "raw", 2));
  }

  @Test
  void keyOutsideThePrefix_isRefused() {
    try (ContentWriter writer = store.writer(Bodies.prefix("raw/a"))) {
      assertThrows(
          InvalidValueException.class,
          () -> writer.put(Bodies.key("raw/ab/1"), Bodies.body(new byte[1])));
    }
    assertThrows(
        InvalidValueException.class, () -> store.list(Bodies.prefix("raw"), Optional.empty(), 0));
    assertThrows(
        InvalidValueException.class,
        () -> store.list(Bodies.prefix("raw"), Optional.empty(), 1_001));
  }

  @Test
  void absentKey_isMissing() {
    assertThrows(
        ContentMissingException.class,
        () -> store.open(Bodies.key("raw/1"), ByteRange.ALL, ReadPurpose.USE));
  }

  @ParameterizedTest
  @EnumSource(ReadPurpose.class)
  void fileThatShrinksWhileItIsRead_isAnErrorAndNoEnd(ReadPurpose purpose) throws IOException {
    Bodies.put(store, "raw", "raw/1", Bodies.bytes(3 * Buffers.DIRECT_BYTES, 1));
    try (InputStream stream = store.open(Bodies.key("raw/1"), ByteRange.ALL, purpose)) {
      assertEquals(1_000, stream.readNBytes(1_000).length);
      try (FileChannel channel = FileChannel.open(file("raw/1"), StandardOpenOption.WRITE)) {
        channel.truncate(2 * Buffers.DIRECT_BYTES);
      }
      IOException failed = assertThrows(IOException.class, stream::readAllBytes);
      assertTrue(failed.toString().contains("raw/1"), failed.toString());
    }
  }

  @Test
  void bodyOfAnotherLengthThanItSays_isNotStored() {
    ContentBody lying =
        new ContentBody() {
          private final ContentBody bytes = Bodies.body(Bodies.bytes(10, 1));

          @Override
          public OptionalLong length() {
            return OptionalLong.of(11);
          }

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            return bytes.read(buffer, offset, length);
          }

          @Override
          public Digest digest() {
            return bytes.digest();
          }
        };
    try (ContentWriter writer = store.writer(Bodies.prefix("raw"))) {
      assertThrows(ContentException.class, () -> writer.put(Bodies.key("raw/1"), lying));
      writer.commit();
    }
    assertEquals(List.of(), Bodies.list(store, "raw", 10));
  }

  @Test
  void afterClose_everythingThrows() throws IOException {
    Bodies.put(store, "raw", "raw/1", Bodies.bytes(10, 1));
    ContentWriter writer = store.writer(Bodies.prefix("raw"));
    writer.put(Bodies.key("raw/2"), Bodies.body(Bodies.bytes(10, 2)));
    InputStream stream = store.open(Bodies.key("raw/1"), ByteRange.ALL, ReadPurpose.USE);
    ContentPurger purger = content.access().purger();
    store.close();
    store.close();
    assertThrows(ContentException.class, () -> store.stat(Bodies.key("raw/1")));
    assertThrows(ContentException.class, () -> store.writer(Bodies.prefix("raw")));
    assertThrows(
        ContentException.class,
        () -> store.open(Bodies.key("raw/1"), ByteRange.ALL, ReadPurpose.USE));
    assertThrows(
        ContentException.class, () -> store.list(Bodies.prefix("raw"), Optional.empty(), 1));
    assertThrows(ContentException.class, () -> purger.delete(Bodies.permit("raw", "raw/1")));
    assertThrows(ContentException.class, writer::commit);
    assertThrows(
        ContentException.class,
        () -> writer.put(Bodies.key("raw/3"), Bodies.body(Bodies.bytes(10, 3))));
    assertThrows(IOException.class, stream::read);
    stream.close();
    writer.close();
    writer.close();
    assertTrue(Files.exists(file("raw/1")));
    assertFalse(Files.exists(file("raw/2")));
  }

  @Test
  void deletion_removesKeysAndEmptyDirectoriesAndNothingElse() {
    Bodies.put(store, "raw", "raw/s/a/1", Bodies.bytes(10, 1));
    Bodies.put(store, "raw", "raw/s/a/2", Bodies.bytes(10, 2));
    Bodies.put(store, "raw", "raw/t/1", Bodies.bytes(10, 3));
    ContentPurger purger = content.access().purger();
    assertEquals(
        3, purger.delete(Bodies.permit("raw/s", "raw/s/a/1", "raw/s/x", "raw/s/y/z")).size());
    assertEquals(List.of("raw/s/a/2", "raw/t/1"), Bodies.list(store, "raw", 10));
    assertTrue(
        purger.delete(Bodies.permit("raw/s", "raw/s/a/1", "raw/s/a/2")).stream()
            .allMatch(outcome -> outcome.isApplied()));
    assertEquals(List.of("raw/t/1"), Bodies.list(store, "raw", 10));
    assertFalse(Files.exists(root.resolve("content/raw/s")));
    Bodies.put(store, "raw", "raw/s/a/1", Bodies.bytes(10, 4));
    assertArrayEquals(Bodies.bytes(10, 4), Bodies.read(store, "raw/s/a/1", ReadPurpose.PROVE));
  }

  @Test
  void volumeThatWentAway_isAnErrorAndNoAbsence() throws IOException {
    Bodies.put(store, "raw", "raw/1", Bodies.bytes(10, 1));
    Files.move(root, dir.resolve("unmounted"));
    assertThrows(ContentException.class, () -> store.stat(Bodies.key("raw/1")));
    Files.createDirectories(root.resolve("content"));
    ContentException failed =
        assertThrows(ContentException.class, () -> store.stat(Bodies.key("raw/1")));
    assertFalse(failed instanceof ContentMissingException);
    assertThrows(
        ContentException.class, () -> store.list(Bodies.prefix("raw"), Optional.empty(), 1));
    assertThrows(
        ContentException.class,
        () -> content.access().purger().delete(Bodies.permit("raw", "raw/1")));
    assertThrows(
        ContentException.class, () -> Bodies.put(store, "raw", "raw/2", Bodies.bytes(10, 1)));
  }
}
