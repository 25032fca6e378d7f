package com.example.packs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentPrefix;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which items share a pack, with packs that are full at 200,000 bytes. */
final class PackWriterTest {

  private static final ContentPrefix PREFIX = new ContentPrefix("raw/o1/s1");
  private static final int FULL_BYTES = 200_000;

  @TempDir Path temporary;

  private final FailingDisk disk = new FailingDisk();
  private Path root;
  private PackDirectory directory;
  private PackWriter writer;
  private int items;

  @BeforeEach
  void open() throws IOException {
    root = temporary.toRealPath();
    directory = PackDirectory.open(root, disk);
    writer = new PackWriter(directory, PREFIX, FULL_BYTES);
  }

  @AfterEach
  void close() {
    writer.close();
    directory.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itemThatFitsInNoPack_hasOneForItself(boolean announced) throws IOException {
    Function<byte[], ContentBody> body = announced ? Bytes::new : Bytes::unannounced;
    for (int length : new int[] {0, 1_000, 3 * FULL_BYTES, 0, FULL_BYTES + 1, 1_000}) {
      put(length, body);
    }
    writer.commit();
    assertEquals(
        List.of(List.of(0, 1_000), List.of(600_000), List.of(0), List.of(200_001), List.of(1_000)),
        packs());
    requireAllBytes();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itemsOfAPack_areNoMoreThanFillIt(boolean announced) throws IOException {
    Function<byte[], ContentBody> body = announced ? Bytes::new : Bytes::unannounced;
    for (int length : new int[] {90_000, 110_000, 90_000, 110_001, 100_000, 199_999}) {
      put(length, body);
    }
    writer.commit();
    assertEquals(
        List.of(
            List.of(90_000, 110_000),
            List.of(90_000),
            List.of(110_001),
            List.of(100_000),
            List.of(199_999)),
        packs());
    requireAllBytes();
  }

  @Test
  void itemThatWasPutBefore_isComparedAcrossPacks() throws IOException {
    put(100_000, Bytes::unannounced);
    writer.put(PREFIX.key("k0"), Bytes.unannounced(bytes(0, 100_000)));
    put(150_000, Bytes::unannounced);
    assertThrows(
        ContentConflictException.class,
        () -> writer.put(PREFIX.key("k0"), Bytes.unannounced(bytes(7, 150_000))));
    writer.commit();
    assertEquals(List.of(List.of(100_000), List.of(150_000)), packs());
    requireAllBytes();
  }

  @Test
  void packThatCannotBeMade_leavesNoPartBehind() throws IOException {
    put(150_000, Bytes::unannounced);
    disk.failAt(1, new IOException("Input/output error"));
    assertThrows(ContentException.class, () -> put(150_000, Bytes::unannounced));
    assertThrows(ContentException.class, writer::commit);
    writer.close();
    try (Stream<Path> files = Files.list(root)) {
      assertEquals(1, files.count(), "the lock");
    }
  }

  private void put(int length, Function<byte[], ContentBody> body) {
    writer.put(PREFIX.key("k" + items), body.apply(bytes(items, length)));
    items++;
  }

  private static byte[] bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** The lengths of the items of each pack. */
  private List<List<Integer>> packs() throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      List<Path> packs = files.filter(file -> Pack.nameOf(file).matches()).sorted().toList();
      List<List<Integer>> lengths = new ArrayList<>();
      for (Path pack : packs) {
        lengths.add(Pack.read(pack).items().stream().map(item -> (int) item.length()).toList());
      }
      return lengths;
    }
  }

  private void requireAllBytes() throws IOException {
    for (int item = 0; item < items; item++) {
      try (InputStream in = PackInput.open(directory, PREFIX.key("k" + item), ByteRange.ALL)) {
        byte[] read = in.readAllBytes();
        assertArrayEquals(bytes(item, read.length), read);
      }
    }
  }
}
