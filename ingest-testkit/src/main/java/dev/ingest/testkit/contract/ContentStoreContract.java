package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.IngestException;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a {@link dev.ingest.spi.content.ContentStore} must do. An adapter's test extends this class
 * and opens the adapter.
 */
public abstract class ContentStoreContract extends ContentReadCases {

  private static final int SEVERAL_MB = 5 * 1_024 * 1_024 + 1;

  /** Called by subclasses. */
  protected ContentStoreContract() {}

  @Test
  @DisplayName("the store names itself and declares a positive item size")
  final void name_andCapabilities() {
    assertFalse(store().name().isBlank());
    assertTrue(store().capabilities().maxItemBytes() > 0);
  }

  @Test
  @DisplayName("what was committed is whole: 0 bytes, 1 byte, several MB, the longest key")
  final void committed_whole() {
    String part = "k".repeat(128);
    ContentKey longest = key(String.join("/", part, part, part, "k".repeat(512 - 9 - 3 * 129 - 1)));
    assertEquals(512, longest.value().length());
    ContentKey deepest = key(String.join("/", Collections.nCopies(13, "d")));
    try (ContentWriter writer = store().writer(PREFIX)) {
      writer.put(key("empty"), new TestBody(new byte[0]));
      writer.put(key("one"), new TestBody(new byte[] {-1}));
      writer.put(key("large"), new TestBody(bytes(SEVERAL_MB, 4)));
      writer.put(longest, new TestBody(bytes(10, 5)));
      writer.put(deepest, new TestBody(bytes(10, 6)));
      writer.commit();
    }
    assertStored(key("empty"), new byte[0]);
    assertStored(key("one"), new byte[] {-1});
    assertStored(key("large"), bytes(SEVERAL_MB, 4));
    assertStored(longest, bytes(10, 5));
    assertStored(deepest, bytes(10, 6));
  }

  @Test
  @DisplayName("a put tells the length and digest of what it wrote")
  final void put_tellsStat() {
    byte[] bytes = bytes(70_000, 7);
    try (ContentWriter writer = store().writer(PREFIX)) {
      ContentStat stat = writer.put(key("a"), new TestBody(bytes));
      assertEquals(key("a"), stat.key());
      assertEquals(bytes.length, stat.length());
      assertEquals(Digest.of(bytes), stat.checksum().map(Checksum::digest).orElseThrow());
      writer.commit();
    }
  }

  @Test
  @DisplayName("a checksum called evidence is of the stored bytes, whatever the sender said")
  final void evidence_notEchoed() {
    byte[] bytes = bytes(1_000, 8);
    ContentBody liar =
        new TestBody(bytes) {
          @Override
          public Digest digest() {
            return Digest.ofUtf8("something else");
          }
        };
    ContentWriter writer = store().writer(PREFIX);
    try (writer) {
      assertEvidence(writer.put(key("a"), liar), bytes);
      writer.commit();
    } catch (ContentException e) {
      assertAbsent(key("a"));
      return;
    }
    store().stat(key("a")).ifPresent(stat -> assertEvidence(stat, bytes));
    assertArrayEquals(bytes, read(key("a"), ByteRange.ALL, ReadPurpose.PROVE));
  }

  @Test
  @DisplayName("nothing of a key is visible while its body is being read")
  final void putting_invisible() {
    byte[] bytes = bytes(200_000, 9);
    TestBody body =
        new TestBody(bytes, 10_000) {
          @Override
          void beforeRead(int given) {
            if (given == 0 || given == 100_000) {
              assertAbsent(key("a"));
            }
          }
        };
    try (ContentWriter writer = store().writer(PREFIX)) {
      writer.put(key("a"), body);
      writer.commit();
    }
    assertStored(key("a"), bytes);
  }

  @Test
  @DisplayName("a put that is not committed is absent or whole, also after its writer was closed")
  final void uncommitted_absentOrWhole() {
    byte[] bytes = bytes(50_000, 10);
    try (ContentWriter writer = store().writer(PREFIX)) {
      writer.put(key("a"), new TestBody(bytes));
      assertAbsentOrWhole(key("a"), bytes);
    }
    assertAbsentOrWhole(key("a"), bytes);
  }

  @Test
  @DisplayName(
      "a put that was never committed is absent or whole after a reopen, and can be put again")
  final void uncommittedReopened_absentOrWhole() throws Exception {
    byte[] bytes = bytes(50_000, 11);
    ContentWriter writer = store().writer(PREFIX);
    writer.put(key("a"), new TestBody(bytes));
    reopen();
    assertAbsentOrWhole(key("a"), bytes);
    store(key("a"), bytes);
    assertStored(key("a"), bytes);
  }

  @Test
  @DisplayName(
      "what was committed is there after a reopen; a store that is not durable has it whole or not")
  final void committedReopened_kept() throws Exception {
    List<ContentKey> keys = IntStream.range(0, 20).mapToObj(i -> key("k" + i)).sorted().toList();
    storeAll(PREFIX, keys);
    reopen();
    if (store().capabilities().durable()) {
      assertEquals(keys, keysBelow(PREFIX));
    }
    for (ContentKey key : keys) {
      assertAbsentOrWhole(key, bytesOf(key));
    }
  }

  @Test
  @DisplayName(
      "the same bytes again succeed, in one writer, in another, before and after the commit")
  final void samePut_idempotent() {
    byte[] bytes = bytes(9_000, 12);
    try (ContentWriter one = store().writer(PREFIX);
        ContentWriter other = store().writer(PREFIX)) {
      one.put(key("a"), new TestBody(bytes));
      one.put(key("a"), new TestBody(bytes));
      other.put(key("a"), new TestBody(bytes, 100));
      one.commit();
      other.commit();
      ContentStat again = one.put(key("a"), new TestBody(bytes));
      assertEquals(bytes.length, again.length());
      assertEquals(Digest.of(bytes), again.checksum().map(Checksum::digest).orElseThrow());
      one.commit();
    }
    assertStored(key("a"), bytes);
    assertEquals(List.of(key("a")), keysBelow(PREFIX));
  }

  @Test
  @DisplayName("other bytes under a stored key are a conflict, and the stored ones stay")
  final void otherBytes_conflict() {
    byte[] stored = bytes(9_000, 13);
    store(key("a"), stored);
    for (byte[] other :
        List.of(bytes(9_000, 14), bytes(8_999, 13), bytes(9_001, 13), new byte[0])) {
      try (ContentWriter writer = store().writer(PREFIX)) {
        ContentConflictException conflict =
            assertThrows(
                ContentConflictException.class, () -> writer.put(key("a"), new TestBody(other)));
        assertTrue(conflict.toString().contains(key("a").value()), conflict::toString);
      }
      assertStored(key("a"), stored);
    }
  }

  @Test
  @DisplayName("other bytes under an empty item's key are a conflict")
  final void otherBytesThanEmpty_conflict() {
    store(key("a"), new byte[0]);
    try (ContentWriter writer = store().writer(PREFIX)) {
      assertThrows(
          ContentConflictException.class, () -> writer.put(key("a"), new TestBody(bytes(1, 1))));
    }
    assertStored(key("a"), new byte[0]);
  }

  @Test
  @DisplayName(
      "of two writers with other bytes the first to commit wins and the other learns of it")
  final void lateConflict_refused() {
    byte[] first = bytes(500, 15);
    try (ContentWriter one = store().writer(PREFIX);
        ContentWriter two = store().writer(PREFIX)) {
      one.put(key("a"), new TestBody(first));
      assertThrows(
          ContentConflictException.class,
          () -> {
            two.put(key("a"), new TestBody(bytes(500, 16)));
            one.commit();
            two.commit();
          });
      one.commit();
    }
    assertStored(key("a"), first);
  }

  @Test
  @DisplayName(
      "a writer whose commit failed refuses all further use, and the bytes can be put again")
  final void failedCommit_refusesUse() {
    try (ContentWriter one = store().writer(PREFIX);
        ContentWriter two = store().writer(PREFIX)) {
      two.put(key("b"), new TestBody(bytes(5, 1)));
      two.put(key("a"), new TestBody(bytes(5, 2)));
      boolean bothPut = tryPut(one, key("a"), bytes(5, 3));
      (bothPut ? one : two).commit();
      if (bothPut) {
        assertThrows(ContentConflictException.class, two::commit);
        assertThrows(RuntimeException.class, () -> two.put(key("c"), new TestBody(bytes(5, 3))));
        assertThrows(RuntimeException.class, two::commit);
      }
      assertStored(key("a"), bytes(5, bothPut ? 3 : 2));
    }
    assertAbsentOrWhole(key("b"), bytes(5, 1));
    store(key("b"), bytes(5, 1));
    assertStored(key("b"), bytes(5, 1));
  }

  private static boolean tryPut(ContentWriter writer, ContentKey key, byte[] bytes) {
    try {
      return writer.put(key, new TestBody(bytes)).length() == bytes.length;
    } catch (ContentConflictException e) {
      return false;
    }
  }

  @Test
  @DisplayName("an error of a put concerns its key alone")
  final void failedPut_othersUnharmed() {
    store(key("taken"), bytes(10, 1));
    try (ContentWriter writer = store().writer(PREFIX)) {
      writer.put(key("before"), new TestBody(bytes(10, 2)));
      assertThrows(
          ContentConflictException.class,
          () -> writer.put(key("taken"), new TestBody(bytes(10, 3))));
      assertThrows(
          ContentException.class,
          () -> writer.put(key("broken"), broken(bytes(99_999, 4), 50_000)));
      writer.put(key("after"), new TestBody(bytes(10, 5)));
      writer.commit();
    }
    assertStored(key("taken"), bytes(10, 1));
    assertStored(key("before"), bytes(10, 2));
    assertAbsent(key("broken"));
    assertStored(key("after"), bytes(10, 5));
  }

  @Test
  @DisplayName("a body that breaks off leaves nothing, and the key can be put again")
  final void brokenBody_nothing() throws Exception {
    byte[] bytes = bytes(300_000, 17);
    for (int at : new int[] {0, 1, 65_536, 299_999, 300_000}) {
      try (ContentWriter writer = store().writer(PREFIX)) {
        ContentException error =
            assertThrows(
                ContentException.class, () -> writer.put(key("a"), broken(bytes, at)), "at " + at);
        assertEquals("broke off", rootOf(error).getMessage());
        assertAbsent(key("a"));
        writer.commit();
      }
      assertAbsent(key("a"));
    }
    reopen();
    assertAbsent(key("a"));
    store(key("a"), bytes);
    assertStored(key("a"), bytes);
  }

  @Test
  @DisplayName("a body that refuses its own bytes leaves nothing, and its error comes through")
  final void refusingBody_errorThrough() {
    InvalidValueException refusal =
        new InvalidValueException(InvalidValueException.Kind.DIGEST, "x", "the promised digest");
    TestBody body =
        new TestBody(bytes(100_000, 18), 9_999) {
          @Override
          void beforeRead(int given) {
            if (given == 100_000) {
              throw refusal;
            }
          }
        };
    try (ContentWriter writer = store().writer(PREFIX)) {
      assertSame(
          refusal, assertThrows(InvalidValueException.class, () -> writer.put(key("a"), body)));
      writer.commit();
    }
    assertAbsent(key("a"));
  }

  @Test
  @DisplayName("a body is stored whole in whatever pieces it comes, with its length known or not")
  final void bodyPieces_whole() {
    for (int chunk : new int[] {1, 7, 8_191, 8_193, 100_000}) {
      byte[] bytes = bytes(chunk == 1 ? 3_000 : 100_000, chunk);
      TestBody body =
          new TestBody(bytes, chunk) {
            @Override
            public OptionalLong length() {
              return chunk == 7 ? OptionalLong.empty() : super.length();
            }
          };
      store(key("c" + chunk), bytes, body);
      assertStored(key("c" + chunk), bytes);
    }
  }

  private void store(ContentKey key, byte[] expected, ContentBody body) {
    try (ContentWriter writer = store().writer(PREFIX)) {
      assertEquals(expected.length, writer.put(key, body).length());
      writer.commit();
    }
  }

  @Test
  @DisplayName("a key outside the writer's prefix is refused before its body is read")
  final void outsidePrefix_refused() {
    TestBody body = new TestBody(bytes(10, 1));
    try (ContentWriter writer = store().writer(new ContentPrefix("raw/o1/s1"))) {
      for (String key : List.of("raw/o1/s2/a", "raw/o1/s1", "raw/o1/s1x/a", "raw/o1/s1-a")) {
        assertThrows(InvalidValueException.class, () -> writer.put(new ContentKey(key), body), key);
      }
    }
    assertFalse(body.wasRead());
    assertEquals(List.of(), keysBelow(new ContentPrefix("raw")));
  }

  @Test
  @DisplayName("an item over the declared size is refused and leaves nothing")
  final void oversized_refused() {
    long most = store().capabilities().maxItemBytes();
    TestBody body =
        new TestBody(bytes(1_000_000, 19)) {
          @Override
          public OptionalLong length() {
            return most == Long.MAX_VALUE ? OptionalLong.of(most) : OptionalLong.of(most + 1);
          }

          @Override
          void beforeRead(int given) throws IOException {
            if (given >= Math.min(most, 1_000_000)) {
              throw new IOException("broke off");
            }
          }
        };
    try (ContentWriter writer = store().writer(PREFIX)) {
      assertThrows(IngestException.class, () -> writer.put(key("a"), body));
      writer.commit();
    }
    assertAbsent(key("a"));
  }

  @Test
  @DisplayName("one writer commits as often as it likes, also nothing")
  final void severalCommits_work() {
    try (ContentWriter writer = store().writer(PREFIX)) {
      writer.commit();
      writer.put(key("a"), new TestBody(bytes(10, 1)));
      writer.commit();
      assertStored(key("a"), bytes(10, 1));
      writer.commit();
      writer.put(key("b"), new TestBody(bytes(10, 2)));
      writer.commit();
      assertStored(key("b"), bytes(10, 2));
    }
  }

  @Test
  @DisplayName("a closed writer refuses further puts, and closing it again does nothing")
  final void closedWriter_refuses() {
    ContentWriter writer = store().writer(PREFIX);
    writer.close();
    writer.close();
    assertThrows(RuntimeException.class, () -> writer.put(key("a"), new TestBody(bytes(1, 1))));
    assertAbsent(key("a"));
  }

  @Test
  @DisplayName("writers below one prefix work side by side")
  final void writers_sideBySide() {
    Race.run(
        4,
        thread ->
            () -> {
              for (int round = 0; round < 5; round++) {
                int number = round;
                storeAll(
                    PREFIX,
                    IntStream.range(0, 5)
                        .mapToObj(i -> key("t" + thread + "/r" + number + "/k" + i))
                        .toList());
              }
              return thread;
            });
    List<ContentKey> keys = keysBelow(PREFIX);
    assertEquals(100, keys.size());
    keys.forEach(key -> assertStored(key, bytesOf(key)));
  }

  @Test
  @DisplayName("of racing writers with other bytes exactly one wins, and its bytes stay")
  final void race_oneWinner() {
    for (int round = 0; round < 10; round++) {
      ContentKey key = key("r" + round);
      List<Boolean> won = Race.run(4, thread -> () -> tryStore(key, bytes(2_000, thread)));
      assertEquals(1, won.stream().filter(one -> one).count(), () -> "winners of " + key);
      assertStored(key, bytes(2_000, won.indexOf(true)));
    }
  }

  @Test
  @DisplayName("racing writers with the same bytes all succeed")
  final void raceSameBytes_allSucceed() {
    for (int round = 0; round < 10; round++) {
      ContentKey key = key("r" + round);
      assertEquals(
          List.of(true, true, true, true),
          Race.run(4, thread -> () -> tryStore(key, bytes(2_000, 20))));
      assertStored(key, bytes(2_000, 20));
    }
  }

  private boolean tryStore(ContentKey key, byte[] bytes) {
    try {
      store(key, bytes);
      return true;
    } catch (ContentConflictException e) {
      return false;
    }
  }

  private static TestBody broken(byte[] bytes, int at) {
    return new TestBody(bytes, 10_000) {
      @Override
      void beforeRead(int given) throws IOException {
        if (given >= at) {
          throw new IOException("broke off");
        }
      }
    };
  }

  private static Throwable rootOf(Throwable error) {
    List<Throwable> chain = new ArrayList<>(List.of(error));
    for (Throwable next = error.getCause(); next != null; next = next.getCause()) {
      chain.add(next);
    }
    return chain.get(chain.size() - 1);
  }
}
