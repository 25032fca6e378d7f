package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What reading and listing must do. */
abstract class ContentReadCases extends ContentSharedCases {

  @Test
  @DisplayName("a range gives exactly the stored bytes in it")
  final void ranges_exact() {
    byte[] stored = bytes(100_003, 1);
    store(key("a"), stored);
    long[] offsets = {0, 1, 4_096, 65_535, 65_536, 100_002, 100_003};
    long[] lengths = {0, 1, 4_095, 65_536, 100_003, Long.MAX_VALUE};
    for (long offset : offsets) {
      for (long length : lengths) {
        int from = (int) offset;
        int to = (int) (from + Math.min(length, stored.length - from));
        for (ReadPurpose purpose : ReadPurpose.values()) {
          assertArrayEquals(
              Arrays.copyOfRange(stored, from, to),
              read(key("a"), new ByteRange(offset, length), purpose),
              () -> purpose + " of " + length + " bytes from " + offset);
        }
      }
    }
  }

  @Test
  @DisplayName("a range past the end gives no bytes")
  final void rangePastEnd_empty() {
    store(key("a"), bytes(10, 1));
    assertEquals(0, read(key("a"), new ByteRange(11, 5), ReadPurpose.USE).length);
    assertEquals(
        0, read(key("a"), new ByteRange(Long.MAX_VALUE, Long.MAX_VALUE), ReadPurpose.PROVE).length);
  }

  @Test
  @DisplayName("bytes are read alike in single bytes, in pieces and with skips")
  final void readStyles_agree() throws IOException {
    byte[] stored = bytes(20_000, 2);
    store(key("a"), stored);
    try (InputStream in = store().open(key("a"), ByteRange.ALL, ReadPurpose.USE)) {
      assertEquals(stored[0] & 0xff, in.read());
      in.skipNBytes(9_999);
      byte[] rest = in.readNBytes(5_000);
      assertArrayEquals(Arrays.copyOfRange(stored, 10_000, 15_000), rest);
      assertEquals(0, in.read(new byte[4], 0, 0));
      assertArrayEquals(Arrays.copyOfRange(stored, 15_000, 20_000), in.readAllBytes());
      assertEquals(-1, in.read());
    }
  }

  @Test
  @DisplayName("several readers of one key do not disturb each other")
  final void concurrentReads_independent() {
    byte[] stored = bytes(300_000, 3);
    store(key("a"), stored);
    List<Boolean> equal =
        Race.run(
            4,
            i ->
                () -> {
                  ReadPurpose purpose = i % 2 == 0 ? ReadPurpose.USE : ReadPurpose.PROVE;
                  byte[] expected = Arrays.copyOfRange(stored, i * 1_000, stored.length);
                  ByteRange range = new ByteRange(i * 1_000L, Long.MAX_VALUE);
                  return Arrays.equals(expected, read(key("a"), range, purpose));
                });
    assertEquals(List.of(true, true, true, true), equal);
  }

  @Test
  @DisplayName(
      "a key that was never stored is missing for stat and open, whatever is stored near it")
  final void missingKey_missing() {
    store(key("a/b/c"), bytes(3, 1));
    store(key("ab"), bytes(3, 1));
    for (String part : List.of("a", "a/b", "a/b/c/d", "b", "a/b/cc", "abc")) {
      assertEquals(Optional.empty(), store().stat(key(part)), part);
      for (ReadPurpose purpose : ReadPurpose.values()) {
        assertThrows(
            ContentMissingException.class, () -> read(key(part), ByteRange.ALL, purpose), part);
        assertThrows(
            ContentMissingException.class,
            () -> read(key(part), new ByteRange(5, 0), purpose),
            part);
      }
    }
  }

  @Test
  @DisplayName("a missing key's message names the key and the store")
  final void missingKey_named() {
    String message =
        assertThrows(
                ContentMissingException.class,
                () -> read(key("nothing-here"), ByteRange.ALL, ReadPurpose.USE))
            .toString();
    assertTrue(message.contains("nothing-here") && message.contains(store().name()), message);
  }

  @Test
  @DisplayName("a listing is in the order of the keys' characters")
  final void list_ordered() {
    List<ContentKey> keys =
        Stream.of("a/b", "a0", "a_b", "ab", "a-b/c", "-", "0", "_", "a/-", "a/b-c", "z/0/z")
            .map(ContentFixture::key)
            .toList();
    storeAll(PREFIX, keys);
    assertEquals(keys.stream().sorted().toList(), keysBelow(PREFIX));
  }

  @Test
  @DisplayName("a key may lie below another key")
  final void keyBelowKey_bothStored() {
    storeAll(PREFIX, List.of(key("a"), key("a/b"), key("a/b/c")));
    assertEquals(List.of(key("a"), key("a/b"), key("a/b/c")), keysBelow(PREFIX));
    assertEquals(List.of(key("a/b"), key("a/b/c")), keysBelow(PREFIX.child("a")));
    assertStored(key("a"), bytesOf(key("a")));
    assertStored(key("a/b"), bytesOf(key("a/b")));
  }

  @Test
  @DisplayName("a prefix covers whole parts: a/b covers a/b/c but neither a/bc nor a/b-c nor a/b")
  final void list_wholeParts() {
    List<ContentKey> inside = List.of(key("a/b/c"), key("a/b/c-d/e"), key("a/b/d"));
    storeAll(PREFIX, List.of(key("a/bc"), key("a/b-c/d"), key("a/b0/c"), key("a/a"), key("b/b/c")));
    storeAll(PREFIX, inside);
    assertEquals(inside.stream().sorted().toList(), keysBelow(PREFIX.child("a/b")));
    assertEquals(List.of(), keysBelow(PREFIX.child("a/b/c")));
    assertEquals(8, keysBelow(new ContentPrefix("raw")).size());
    assertEquals(List.of(), keysBelow(new ContentPrefix("ra")));
    assertEquals(List.of(), keysBelow(new ContentPrefix("raw/o1/s1/nothing")));
  }

  @Test
  @DisplayName("pages of every size together list each key once and omit none at their borders")
  final void list_pagesComplete() {
    List<ContentKey> keys =
        IntStream.range(0, 11).mapToObj(i -> key("p" + i % 3 + "/k" + i)).sorted().toList();
    storeAll(PREFIX, keys);
    for (int limit = 1; limit <= 12; limit++) {
      assertEquals(keys, pages(PREFIX, Optional.empty(), limit), "in pages of " + limit);
    }
  }

  @Test
  @DisplayName("more than 1,000 keys are listed in pages of 1,000 without an omission")
  final void list_thousands() {
    List<ContentKey> keys =
        IntStream.range(0, 1_001).mapToObj(i -> key(String.format("%05d", i))).toList();
    storeAll(PREFIX, keys);
    assertEquals(keys, pages(PREFIX, Optional.empty(), ContentStore.MAX_PAGE));
    ContentPage first = store().list(PREFIX, Optional.empty(), ContentStore.MAX_PAGE);
    assertTrue(first.more(), "one key follows");
    assertEquals(ContentStore.MAX_PAGE, first.entries().size());
  }

  @Test
  @DisplayName("a listing starts after any key, stored or not, inside the prefix or outside")
  final void list_after() {
    List<ContentKey> keys = List.of(key("b"), key("d"), key("f"));
    storeAll(PREFIX, keys);
    assertEquals(List.of(key("d"), key("f")), pages(PREFIX, Optional.of(key("b")), 10));
    assertEquals(List.of(key("d"), key("f")), pages(PREFIX, Optional.of(key("c")), 10));
    assertEquals(List.of(), pages(PREFIX, Optional.of(key("f")), 10));
    assertEquals(keys, pages(PREFIX, Optional.of(new ContentKey("aaa/bbb")), 10));
    assertEquals(List.of(), pages(PREFIX, Optional.of(new ContentKey("zzz/bbb")), 10));
    assertEquals(keys, pages(PREFIX, Optional.of(new ContentKey("raw/o1/s1")), 10));
  }

  @Test
  @DisplayName("a listing tells lengths, and no evidence that is not of the stored bytes")
  final void list_stats() {
    List<ContentKey> keys = List.of(key("a"), key("bb"), key("ccc"));
    storeAll(PREFIX, keys);
    ContentPage page = store().list(PREFIX, Optional.empty(), 10);
    assertFalse(page.more() && page.entries().size() < 3, "all are on the first page");
    for (ContentStat entry : page.entries()) {
      assertEquals(bytesOf(entry.key()).length, entry.length());
      assertEvidence(entry, bytesOf(entry.key()));
    }
  }

  @Test
  @DisplayName("keys committed before a listing began are listed, whatever is committed meanwhile")
  final void list_whileWriting() {
    List<ContentKey> before = IntStream.range(0, 9).mapToObj(i -> key("k" + i * 2)).toList();
    storeAll(PREFIX, before);
    ContentPage first = store().list(PREFIX, Optional.empty(), 4);
    storeAll(PREFIX, IntStream.range(0, 9).mapToObj(i -> key("k" + (i * 2 + 1))).toList());
    List<ContentKey> keys =
        new ArrayList<>(first.entries().stream().map(ContentStat::key).toList());
    keys.addAll(pages(PREFIX, Optional.of(keys.get(keys.size() - 1)), 4));
    assertTrue(keys.containsAll(before), () -> "omitted some of " + before + ": " + keys);
  }

  @Test
  @DisplayName("a page of 0 or of more than 1,000 entries is refused")
  final void list_limitRefused() {
    for (int limit : new int[] {-1, 0, ContentStore.MAX_PAGE + 1}) {
      assertThrows(
          InvalidValueException.class, () -> store().list(PREFIX, Optional.empty(), limit));
    }
  }

  @Test
  @DisplayName("a closed store refuses every call, and closing it again does nothing")
  final void closed_refuses() {
    store(key("a"), bytes(1, 1));
    ContentStore closed = store();
    closed.close();
    closed.close();
    assertThrows(RuntimeException.class, () -> closed.stat(key("a")));
    assertThrows(RuntimeException.class, () -> closed.list(PREFIX, Optional.empty(), 1));
    assertThrows(
        RuntimeException.class, () -> closed.open(key("a"), ByteRange.ALL, ReadPurpose.USE));
  }
}
