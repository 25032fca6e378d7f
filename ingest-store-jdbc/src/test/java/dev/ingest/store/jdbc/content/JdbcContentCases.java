package dev.ingest.store.jdbc.content;

import static dev.ingest.testkit.Bodies.PREFIX;
import static dev.ingest.testkit.Bodies.body;
import static dev.ingest.testkit.Bodies.bytes;
import static dev.ingest.testkit.Bodies.key;
import static dev.ingest.testkit.Bodies.permit;
import static dev.ingest.testkit.Bodies.read;
import static dev.ingest.testkit.Bodies.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.testkit.Bodies;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What content in a database does beyond the contract, the same in both. */
abstract class JdbcContentCases extends JdbcContentFixture {

  @Test
  void lengthsAroundChunks_areStoredWhole() throws Exception {
    ContentStore store = openSmall();
    for (int length : new int[] {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1}) {
      ContentKey known = key("known-" + length);
      store(store, known, bytes(length, length));
      assertArrayEquals(bytes(length, length), read(store, known), "of " + length);
      ContentKey unknown = key("unknown-" + length);
      try (ContentWriter writer = store.writer(PREFIX)) {
        assertEquals(length, writer.put(unknown, Bodies.endless(length)).length());
        writer.commit();
      }
      byte[] expected = new byte[length];
      Bodies.pattern(expected, 0, length, 0);
      assertArrayEquals(expected, read(store, unknown), "of " + length);
    }
    assertEquals(0, loose());
    assertEquals(2 * (0 + 1 + 1 + 1 + 2 + 2 + 3), chunks());
  }

  @Test
  void uncommittedKeys_areAbsentUntilAllOfThemAreThere() throws Exception {
    ContentStore store = openSmall();
    ContentStore other = opened(backend.open()).access().store();
    try (ContentWriter writer = store.writer(PREFIX)) {
      writer.put(key("a"), body(bytes(3_000, 1)));
      writer.put(key("b"), body(bytes(10, 2)));
      assertEquals(List.of(), other.list(PREFIX, Optional.empty(), 10).entries());
      writer.commit();
      assertEquals(2, other.list(PREFIX, Optional.empty(), 10).entries().size());
    }
    assertArrayEquals(bytes(3_000, 1), read(other, key("a")));
    assertEquals(0, loose());
  }

  @Test
  void digests_areTheWritersWord() throws SQLException {
    ContentStore store = openSmall();
    store(store, key("a"), bytes(10, 1));
    ContentStat stat = store.stat(key("a")).orElseThrow();
    Checksum checksum = stat.checksum().orElseThrow();
    assertEquals(Digest.of(bytes(10, 1)), checksum.digest());
    assertFalse(checksum.isEvidence());
    assertFalse(store.capabilities().independentReads());
    assertTrue(store.capabilities().durable());
    assertEquals(64L << 30, store.capabilities().maxItemBytes());
  }

  @Test
  void closedWriter_leavesNoRows() throws SQLException {
    ContentStore store = openSmall();
    try (ContentWriter writer = store.writer(PREFIX)) {
      writer.put(key("a"), body(bytes(3_000, 1)));
      writer.put(key("b"), body(bytes(0, 1)));
      assertEquals(2, loose());
    }
    assertNothingStored();
  }

  @Test
  void brokenBody_leavesNoRows() throws SQLException {
    ContentStore store = openSmall();
    ContentBody broken =
        Bodies.generated(
            5_000,
            (into, offset, count, from) -> {
              if (from >= 2 * CHUNK) {
                throw new IOException("broke off");
              }
            });
    try (ContentWriter writer = store.writer(PREFIX)) {
      assertThrows(ContentException.class, () -> writer.put(key("a"), broken));
      assertNothingStored();
      writer.put(key("a"), body(bytes(10, 1)));
      writer.commit();
    }
    assertEquals(10, store.stat(key("a")).orElseThrow().length());
  }

  @Test
  void chunkThatIsMissingOrHasAnotherLength_isAnErrorAndNeverAnEnd() throws Exception {
    ContentStore store = openSmall();
    byte[] stored = bytes(3 * CHUNK + 100, 1);
    for (int ordinal = 0; ordinal < 4; ordinal++) {
      int one = ordinal;
      List<String> damages =
          List.of(
              "DELETE FROM content_chunks WHERE ordinal = " + ordinal,
              "UPDATE content_chunks SET bytes = substr(bytes, 1, length(bytes) - 1)"
                  + " WHERE ordinal = "
                  + ordinal,
              "UPDATE content_chunks SET bytes = " + longer() + " WHERE ordinal = " + ordinal);
      for (String damage : damages) {
        ContentKey key = key("k" + ordinal + "-" + damages.indexOf(damage));
        store(store, key, stored);
        backend.run(damage);
        IOException error = assertThrows(IOException.class, () -> read(store, key), damage);
        assertSays("in chunk " + one + " of body", error);
        ContentException again =
            assertThrows(ContentException.class, () -> store(store, key, stored));
        assertSays("could not be compared", again);
        backend.run("DELETE FROM content_keys", "DELETE FROM content_chunks");
      }
    }
  }

  @Test
  void alteredBytes_areAConflictWithThoseThatArePutAgain() throws Exception {
    ContentStore store = openSmall();
    store(store, key("a"), bytes(CHUNK, 1));
    store(store, key("b"), bytes(CHUNK, 2));
    backend.run(
        "UPDATE content_chunks SET bytes = (SELECT c.bytes FROM content_chunks c"
            + " JOIN content_keys k ON k.body = c.body WHERE k.key = 'raw/o1/s1/b')");
    assertThrows(ContentException.class, () -> store(store, key("a"), bytes(CHUNK, 1)));
    assertEquals(0, loose());
  }

  @Test
  void itemDeletedWhileItIsRead_isAnError() throws Exception {
    ContentStore store = openSmall();
    store(store, key("a"), bytes(3 * CHUNK, 1));
    try (InputStream in = store.open(key("a"), ByteRange.ALL, ReadPurpose.USE)) {
      assertEquals(CHUNK, in.readNBytes(CHUNK).length);
      opened.get(0).access().purger().delete(permit(key("a")));
      IOException error = assertThrows(IOException.class, in::readAllBytes);
      assertSays("deleted while it was read", error);
    }
  }

  @Test
  void rangeAcrossChunks_readsWhatItNeeds() throws Exception {
    ContentStore store = openSmall();
    byte[] stored = bytes(5 * CHUNK, 1);
    store(store, key("a"), stored);
    backend.run("DELETE FROM content_chunks WHERE ordinal IN (0, 4)");
    ByteRange range = new ByteRange(2 * CHUNK - 5, CHUNK);
    try (InputStream in = store.open(key("a"), range, ReadPurpose.PROVE)) {
      assertArrayEquals(
          Arrays.copyOfRange(stored, 2 * CHUNK - 5, 3 * CHUNK - 5), in.readAllBytes());
    }
  }

  @Test
  void deletion_removesMoreChunksThanOneStepTakes() throws Exception {
    ContentStore store = openSmall();
    store(store, key("a"), bytes((2 * Sweep.CHUNKS + 7) * CHUNK, 1));
    store(store, key("b"), bytes(10, 1));
    opened.get(0).access().purger().delete(permit(key("a"), key("never"), key("a")));
    assertEquals(1, chunks());
    assertEquals(0, loose());
    assertArrayEquals(bytes(10, 1), read(store, key("b")));
  }

  @Test
  void deletion_removesMoreItemsThanOneStepTakes() throws Exception {
    ContentStore store = openSmall();
    ContentKey[] keys =
        IntStream.range(0, 3 * Sweep.CHUNKS + 7)
            .mapToObj(i -> key("k" + i))
            .toArray(ContentKey[]::new);
    try (ContentWriter writer = store.writer(PREFIX)) {
      for (int i = 0; i < keys.length; i++) {
        writer.put(keys[i], body(bytes(i < 2 * Sweep.CHUNKS ? 0 : 1_500, i)));
      }
      writer.commit();
    }
    opened.get(0).access().purger().delete(permit(keys));
    assertNothingStored();
  }

  @Test
  void deletionCutShort_hidesTheWholeItemAndIsFinishedLater() throws Exception {
    ContentStore store = openSmall();
    store(store, key("a"), bytes(3 * Sweep.CHUNKS * CHUNK, 1));
    backend.breakDeletionsFrom(Sweep.CHUNKS + 3);
    ContentException error =
        assertThrows(
            ContentException.class, () -> opened.get(0).access().purger().delete(permit(key("a"))));
    assertSays("not free all of their space", error);
    assertTrue(chunks() > Sweep.CHUNKS, "much of it is still there");
    assertTrue(store.stat(key("a")).isEmpty());
    backend.mendDeletions();
    store(store, key("a"), bytes(10, 2));
    opened(backend.open());
    assertEquals(1, chunks());
    assertEquals(0, loose());
    assertArrayEquals(bytes(10, 2), read(store, key("a")));
  }

  @Test
  void bodyThatAKeyNames_isNeverSwept() throws Exception {
    ContentStore store = openSmall();
    store(store, key("a"), bytes(3_000, 1));
    backend.run(
        "INSERT INTO content_loose (body, state, writer, key, length, touched_at)"
            + " SELECT body, 'DOOMED', 'w', key, length, 0 FROM content_keys");
    opened.get(0).sweep();
    assertArrayEquals(bytes(3_000, 1), read(store, key("a")));
  }

  @Test
  void abandonedBytes_areRemovedAtAnOpeningAndLiveOnesAreNot() throws Exception {
    ContentStore store = openSmall();
    ContentWriter crashed = store.writer(PREFIX);
    crashed.put(key("a"), body(bytes(3_000, 1)));
    crashed.put(key("b"), body(bytes(3_000, 1)));
    backend.age(Duration.ofHours(23));
    opened(backend.open());
    assertEquals(6, chunks(), "not old enough");
    backend.age(Duration.ofHours(2));
    try (ContentWriter living = store.writer(PREFIX)) {
      living.put(key("c"), body(bytes(10, 3)));
      opened(backend.open());
      assertEquals(1, chunks());
      living.commit();
    }
    assertArrayEquals(bytes(10, 3), read(store, key("c")));
    ContentDurabilityException error =
        assertThrows(ContentDurabilityException.class, crashed::commit);
    assertSays("2 of the 2 keys that were put are gone", error);
    assertTrue(store.stat(key("a")).isEmpty());
    crashed.close();
  }

  @Test
  void upkeep_removesAbandonedBytes() throws Exception {
    ContentStore store = openSmall();
    ContentWriter crashed = store.writer(PREFIX);
    crashed.put(key("a"), body(bytes(3_000, 1)));
    backend.age(Duration.ofHours(25));
    opened.get(0).access().upkeep().sweep();
    assertEquals(0, chunks());
    crashed.close();
  }

  @Test
  void bytesSweptWhileTheirBodyIsRead_endThePut() throws Exception {
    ContentStore store = openSmall();
    JdbcContent content = opened.get(0);
    ContentBody slow =
        Bodies.generated(
            5_000,
            (into, offset, count, from) -> {
              if (from == 2 * CHUNK) {
                try {
                  backend.age(Duration.ofHours(25));
                } catch (SQLException e) {
                  throw new IOException(e);
                }
                content.sweep();
              }
            });
    try (ContentWriter writer = store.writer(PREFIX)) {
      assertThrows(ContentDurabilityException.class, () -> writer.put(key("a"), slow));
      assertThrows(ContentDurabilityException.class, () -> writer.put(key("b"), body(bytes(1, 1))));
    }
    assertNothingStored();
  }

  @Test
  void writerInUse_keepsAllThatItHasAlive() throws Exception {
    AtomicLong nanos = new AtomicLong();
    JdbcContent content = opened(backend.open(JdbcContentOptions.DEFAULT, nanos::get));
    try (ContentWriter writer = content.access().store().writer(PREFIX)) {
      writer.put(key("a"), body(bytes(10, 1)));
      backend.age(Duration.ofHours(25));
      nanos.addAndGet(Duration.ofMinutes(59).toNanos());
      writer.put(key("b"), body(bytes(10, 2)));
      assertEquals(1, backend.number(OLD), "not touched within the hour");
      nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      writer.put(key("c"), body(bytes(10, 3)));
      assertEquals(0, backend.number(OLD), "touched after an hour");
      content.sweep();
      writer.commit();
    }
    assertArrayEquals(bytes(10, 1), read(content.access().store(), key("a")));
  }

  private static final String OLD =
      "SELECT count(*) FROM content_loose"
          + " WHERE touched_at < (SELECT max(touched_at) FROM content_loose) - 80000000";

  @Test
  void touchThatFindsLessThanWasStaged_endsTheWriter() throws Exception {
    AtomicLong nanos = new AtomicLong();
    JdbcContent content = opened(backend.open(JdbcContentOptions.DEFAULT, nanos::get));
    try (ContentWriter writer = content.access().store().writer(PREFIX)) {
      writer.put(key("a"), body(bytes(10, 1)));
      backend.run("DELETE FROM content_loose");
      nanos.addAndGet(Duration.ofHours(1).toNanos());
      assertThrows(
          ContentDurabilityException.class, () -> writer.put(key("b"), body(bytes(10, 2))));
    }
  }

  @Test
  void serverThatForgotTheLastStagedKey_publishesNothing() throws Exception {
    ContentStore store = openSmall();
    try (ContentWriter writer = store.writer(PREFIX)) {
      writer.put(key("a"), body(bytes(10, 1)));
      writer.put(key("b"), body(bytes(10, 2)));
      backend.run(
          "DELETE FROM content_chunks WHERE body = (SELECT max(body) FROM content_loose)",
          "DELETE FROM content_loose WHERE body = (SELECT max(body) FROM content_loose)");
      ContentDurabilityException error =
          assertThrows(ContentDurabilityException.class, writer::commit);
      assertSays("1 of the 2 keys", error);
    }
    assertNothingStored();
  }

  @Test
  void serverThatForgotAChunk_failsAtTheNextOne() throws Exception {
    for (int last : new int[] {2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK + 1}) {
      ContentStore store = openSmall();
      ContentBody body =
          Bodies.generated(
              last,
              (into, offset, count, from) -> {
                if (from == CHUNK) {
                  forgetChunk(0);
                }
              });
      try (ContentWriter writer = store.writer(PREFIX)) {
        assertThrows(ContentDurabilityException.class, () -> writer.put(key("a"), body));
      }
      assertNothingStored();
    }
  }

  @Test
  void serverThatForgotTheLastChunk_failsAtTheEnd() throws Exception {
    ContentStore store = openSmall();
    ContentBody body =
        new ContentBody() {

          private final ContentBody bytes = body(bytes(2 * CHUNK, 1));

          @Override
          public OptionalLong length() {
            return bytes.length();
          }

          @Override
          public int read(byte[] buffer, int offset, int count) throws IOException {
            int given = bytes.read(buffer, offset, count);
            if (given < 0) {
              forgetChunk(1);
            }
            return given;
          }

          @Override
          public Digest digest() {
            return bytes.digest();
          }
        };
    try (ContentWriter writer = store.writer(PREFIX)) {
      assertThrows(ContentDurabilityException.class, () -> writer.put(key("a"), body));
    }
    assertNothingStored();
  }

  @Test
  void keyDeletedBetweenPutAgainAndCommit_isNotReportedAsStored() throws SQLException {
    ContentStore store = openSmall();
    store(store, key("a"), bytes(10, 1));
    try (ContentWriter writer = store.writer(PREFIX)) {
      writer.put(key("a"), body(bytes(10, 1)));
      writer.put(key("b"), body(bytes(10, 2)));
      opened.get(0).access().purger().delete(permit(key("a")));
      ContentException error = assertThrows(ContentException.class, writer::commit);
      assertSays("was deleted while it was put", error);
    }
    assertNothingStored();
  }

  @Test
  void loserWithTheSameBytes_leavesOneBody() throws SQLException {
    ContentStore store = openSmall();
    try (ContentWriter one = store.writer(PREFIX);
        ContentWriter two = store.writer(PREFIX)) {
      one.put(key("a"), body(bytes(3 * CHUNK, 1)));
      two.put(key("a"), body(bytes(3 * CHUNK, 1)));
      two.put(key("b"), body(bytes(10, 2)));
      one.commit();
      two.commit();
    }
    assertEquals(4, chunks());
    assertEquals(0, loose());
  }

  @Test
  void writersOfTheSameKeysInOppositeOrder_bothCommit() throws Exception {
    ContentStore store = openSmall();
    List<ContentKey> keys =
        new ArrayList<>(IntStream.range(0, 100).mapToObj(i -> key("k" + i)).toList());
    ContentWriter one = store.writer(PREFIX);
    ContentWriter two = store.writer(PREFIX);
    keys.forEach(key -> one.put(key, body(bytes(10, 1))));
    Collections.reverse(keys);
    keys.forEach(key -> two.put(key, body(bytes(10, 1))));
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try (one;
        two) {
      List<Callable<Boolean>> commits =
          List.of(
              () -> {
                one.commit();
                return true;
              },
              () -> {
                two.commit();
                return true;
              });
      for (Future<Boolean> commit : pool.invokeAll(commits)) {
        assertTrue(commit.get());
      }
    } finally {
      pool.shutdownNow();
    }
    assertEquals(100, chunks());
    assertEquals(0, loose());
  }

  @Test
  void writerOfAClosedStore_closesAndLeavesItsBytesToTheSweep() throws SQLException {
    ContentStore store = openSmall();
    ContentWriter writer = store.writer(PREFIX);
    writer.put(key("a"), body(bytes(10, 1)));
    store.close();
    writer.close();
    assertEquals(1, loose());
    backend.age(Duration.ofHours(25));
    opened(backend.open());
    assertNothingStored();
  }

  @Test
  void tablesWithAPrefix_standBesideOthers() throws Exception {
    ContentStore plain = opened(backend.open()).access().store();
    store(plain, key("a"), bytes(10, 1));
    JdbcContentOptions options = JdbcContentOptions.DEFAULT.withTablePrefix("photos_2_");
    ContentStore other = opened(backend.open(options, System::nanoTime)).access().store();
    assertTrue(other.stat(key("a")).isEmpty());
    store(other, key("a"), bytes(10, 2));
    assertArrayEquals(bytes(10, 1), read(plain, key("a")));
    assertArrayEquals(bytes(10, 2), read(other, key("a")));
    assertEquals(1, backend.number("SELECT count(*) FROM photos_2_content_keys"));
  }
}
