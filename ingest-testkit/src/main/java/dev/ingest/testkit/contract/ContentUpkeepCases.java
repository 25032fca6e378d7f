package dev.ingest.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.IngestException;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a sweep must leave, and what a stream must do that is cut while it is read. */
abstract class ContentUpkeepCases extends ContentFixture {

  private static final int SEVERAL_MB = 5 * 1_024 * 1_024 + 1;
  private static final Duration DAYS = Duration.ofDays(3);

  /** Should a writer never come to its end. */
  private static final int MOST_SWEEPS = 10_000;

  private void sweepByBoth() throws Exception {
    access().upkeep().sweep();
    beside().upkeep().sweep();
  }

  @Test
  @DisplayName("a sweep leaves every committed key, also days later and by another instance")
  final void sweep_leavesCommitted() throws Exception {
    List<ContentKey> keys = IntStream.range(0, 20).mapToObj(i -> key("k" + i)).sorted().toList();
    byte[] large = bytes(SEVERAL_MB, 50);
    storeAll(PREFIX, keys);
    store(key("large"), large);
    store(key("empty"), new byte[0]);
    for (int day = 0; day < 3; day++) {
      sweepByBoth();
      assertEquals(22, keysBelow(PREFIX).size(), "keys after a sweep");
      keys.forEach(key -> assertStored(key, bytesOf(key)));
      assertStored(key("large"), large);
      assertStored(key("empty"), new byte[0]);
      time.advance(DAYS);
    }
  }

  /**
   * By its age a writer may be taken for dead, and then it must be told: what it was told to be
   * stored is there.
   */
  @Test
  @DisplayName("what a writer commits after a sweep is there, or the commit says that it is not")
  final void sweepUnderAWriter_neverSilent() throws Exception {
    for (Duration later : List.of(Duration.ZERO, DAYS)) {
      ContentKey before = key("before-" + later.toDays());
      ContentKey after = key("after-" + later.toDays());
      try (ContentWriter writer = store().writer(PREFIX)) {
        writer.put(before, new TestBody(bytes(70_000, 51)));
        time.advance(later);
        sweepByBoth();
        boolean told = tells(() -> writer.put(after, new TestBody(bytes(10, 52))));
        if (!told && !tells(writer::commit)) {
          assertStored(before, bytes(70_000, 51));
          assertStored(after, bytes(10, 52));
        }
      }
      store(before, bytes(70_000, 51));
      store(after, bytes(10, 52));
      assertStored(before, bytes(70_000, 51));
      assertStored(after, bytes(10, 52));
    }
  }

  @Test
  @DisplayName("a sweep in the middle of a put leaves the item whole, or the writer says so")
  final void sweepInAPut_neverSilent() throws Exception {
    ContentAccess other = beside();
    byte[] bytes = bytes(SEVERAL_MB, 53);
    for (Duration later : List.of(Duration.ZERO, DAYS)) {
      ContentKey key = key("k" + later.toDays());
      TestBody body =
          new TestBody(bytes) {
            private boolean swept;

            @Override
            void beforeRead(int given) {
              if (!swept && given > bytes.length / 2) {
                swept = true;
                time.advance(later);
                access().upkeep().sweep();
                other.upkeep().sweep();
              }
            }
          };
      try (ContentWriter writer = store().writer(PREFIX)) {
        if (!tells(() -> writer.put(key, body)) && !tells(writer::commit)) {
          assertStored(key, bytes);
        }
      }
      store(key, bytes);
      assertStored(key, bytes);
    }
  }

  @Test
  @DisplayName("sweeps beside writers take nothing of what is committed")
  final void sweepRace_keepsCommitted() throws Exception {
    ContentAccess other = beside();
    AtomicInteger writing = new AtomicInteger(2);
    List<List<ContentKey>> stored =
        Race.run(
            4,
            thread ->
                () -> {
                  ContentAccess used = thread % 2 == 0 ? access() : other;
                  return thread < 2
                      ? storeSome(used.store(), "t" + thread, writing)
                      : sweepUntilNone(used, writing);
                });
    access().upkeep().sweep();
    other.upkeep().sweep();
    stored.forEach(keys -> keys.forEach(key -> assertStored(key, bytesOf(key))));
  }

  private static List<ContentKey> storeSome(
      ContentStore store, String name, AtomicInteger writing) {
    try {
      return IntStream.range(0, 10)
          .mapToObj(i -> key(name + "-" + i))
          .filter(key -> !tells(() -> store(store, key, bytesOf(key))))
          .toList();
    } finally {
      writing.decrementAndGet();
    }
  }

  /** Sweeps as long as anyone writes. */
  private static List<ContentKey> sweepUntilNone(ContentAccess access, AtomicInteger writing) {
    for (int sweeps = 0; writing.get() > 0 && sweeps < MOST_SWEEPS; sweeps++) {
      access.upkeep().sweep();
    }
    return List.of();
  }

  private static boolean tells(Runnable write) {
    try {
      write.run();
      return false;
    } catch (ContentException e) {
      return true;
    }
  }

  @Test
  @DisplayName("a read over a store that is closed meanwhile gives all bytes or an error")
  final void closedWhileRead_wholeOrError() throws Exception {
    byte[] bytes = bytes(SEVERAL_MB, 54);
    for (ReadPurpose purpose : ReadPurpose.values()) {
      for (int given : new int[] {0, 1, 1_000_000}) {
        ContentKey key = key("k" + given);
        store(key, bytes);
        InputStream in = store().open(key, ByteRange.ALL, purpose);
        assertArrayEquals(Arrays.copyOf(bytes, given), in.readNBytes(given));
        store().close();
        assertRest(in, bytes, given);
        reopen();
      }
    }
  }

  @Test
  @DisplayName("a read of a key that is deleted meanwhile gives all bytes or an error")
  final void deletedWhileRead_wholeOrError() throws Exception {
    byte[] bytes = bytes(SEVERAL_MB, 55);
    List<ContentAccess> both = List.of(access(), beside());
    for (int round = 0; round < 2 * both.size(); round++) {
      ContentStore reading = both.get(0).store();
      ContentKey key = key("k" + round);
      store(key, bytes);
      ReadPurpose purpose = round < 2 ? ReadPurpose.USE : ReadPurpose.PROVE;
      InputStream nothingRead = reading.open(key, ByteRange.ALL, purpose);
      InputStream partRead = reading.open(key, ByteRange.ALL, purpose);
      assertArrayEquals(Arrays.copyOf(bytes, 70_000), partRead.readNBytes(70_000));
      both.get(round % 2).purger().delete(permit(PREFIX, List.of(key)));
      assertRest(nothingRead, bytes, 0);
      assertRest(partRead, bytes, 70_000);
      assertAbsent(key);
    }
  }

  private static void assertRest(InputStream in, byte[] bytes, int given) {
    rest(in)
        .ifPresent(
            rest ->
                assertArrayEquals(
                    Arrays.copyOfRange(bytes, given, bytes.length),
                    rest,
                    "the stream did not give all, and ended as if it had"));
  }

  /** The rest of the bytes; empty if the stream says that it cannot give them. */
  private static Optional<byte[]> rest(InputStream in) {
    try (in) {
      return Optional.of(in.readAllBytes());
    } catch (IOException | IngestException e) {
      return Optional.empty();
    }
  }
}
