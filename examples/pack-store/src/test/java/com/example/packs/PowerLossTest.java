package com.example.packs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cuts the power after every step on the disk, loses every choice of what was not synced, and opens
 * what is left, where it cuts the power once more.
 */
final class PowerLossTest {

  private static final ContentPrefix PREFIX = new ContentPrefix("raw/o1/s1");

  @TempDir Path scratch;

  private final Set<ContentKey> promised = new HashSet<>();
  private final Set<ContentKey> deleted = new HashSet<>();
  private final List<String> broken = new ArrayList<>();
  private int cuts;

  /** What a disk leaves out on purpose, to see that this test would tell. */
  private enum Forgets {
    NOTHING,
    BYTES,
    NAMES
  }

  @Test
  void whatWasCommitted_isThere_andWhatWasDeletedIsNot() throws IOException {
    work(Forgets.NOTHING);
    assertEquals(List.of(), broken);
    assertTrue(cuts > 100, () -> "only " + cuts + " cuts");
  }

  @Test
  void diskWithoutSyncsOfBytes_isFoundOut() throws IOException {
    work(Forgets.BYTES);
    assertNotEquals(List.of(), broken);
  }

  @Test
  void diskWithoutSyncsOfNames_isFoundOut() throws IOException {
    work(Forgets.NAMES);
    assertNotEquals(List.of(), broken);
  }

  private void work(Forgets forgets) throws IOException {
    Path home = Files.createTempDirectory(scratch, "home");
    try (ContentAccess access = PackStore.open(home, new CutDisk(Map.of(), forgets, 0))) {
      put(access, "a", "b", "c");
      put(access, "d");
      putTogether(access);
      delete(access, "b");
      delete(access, "a", "d");
      put(access, "h");
      delete(access, "c", "e", "f");
    }
  }

  private void put(ContentAccess access, String... parts) {
    try (ContentWriter writer = access.store().writer(PREFIX)) {
      putAll(writer, parts);
      writer.commit();
    }
    Stream.of(parts).map(PREFIX::key).forEach(promised::add);
  }

  /** Two writers with one key in common. */
  private void putTogether(ContentAccess access) {
    try (ContentWriter one = access.store().writer(PREFIX);
        ContentWriter two = access.store().writer(PREFIX)) {
      putAll(one, "e", "f");
      putAll(two, "e", "g");
      one.commit();
      promised.addAll(List.of(PREFIX.key("e"), PREFIX.key("f")));
      two.commit();
      promised.add(PREFIX.key("g"));
    }
  }

  private static void putAll(ContentWriter writer, String... parts) {
    for (String part : parts) {
      writer.put(PREFIX.key(part), new Bytes(bytesOf(PREFIX.key(part))));
    }
  }

  private void delete(ContentAccess access, String... parts) {
    List<ContentKey> keys = Stream.of(parts).map(PREFIX::key).toList();
    promised.removeAll(keys);
    access
        .purger()
        .delete(
            new Permit(Permit.Reason.EXPIRY, SequenceKey.of("o1", "s1"), "a test", PREFIX, keys));
    deleted.addAll(keys);
  }

  private static byte[] bytesOf(ContentKey key) {
    return ("the bytes of " + key).repeat(100).getBytes(UTF_8);
  }

  private void check(Map<String, byte[]> left, Forgets forgets, int depth) throws IOException {
    cuts++;
    Path home = Files.createTempDirectory(scratch, "cut");
    for (Map.Entry<String, byte[]> file : left.entrySet()) {
      Files.write(home.resolve(file.getKey()), file.getValue());
    }
    try (ContentAccess access = PackStore.open(home, new CutDisk(left, forgets, depth + 1))) {
      for (ContentKey key : promised) {
        try (InputStream in = access.store().open(key, ByteRange.ALL, ReadPurpose.PROVE)) {
          assertArrayEquals(bytesOf(key), in.readAllBytes(), key::toString);
        }
      }
      for (ContentKey key : deleted) {
        assertEquals(Optional.empty(), access.store().stat(key));
      }
    } catch (RuntimeException | AssertionError e) {
      broken.add(e.toString());
    }
  }

  /** Does all steps at once and syncs nothing, but knows what a power loss may undo. */
  private final class CutDisk implements Disk {

    private static final int MOST_CUTS = 2;

    private final Map<Path, byte[]> synced = new HashMap<>();
    private final Map<String, byte[]> durable;
    private final List<Consumer<Map<String, byte[]>>> pending = new ArrayList<>();
    private final Forgets forgets;
    private final int depth;

    CutDisk(Map<String, byte[]> durable, Forgets forgets, int depth) {
      this.durable = new TreeMap<>(durable);
      this.forgets = forgets;
      this.depth = depth;
    }

    @Override
    public synchronized void sync(Path file, FileChannel channel) throws IOException {
      if (forgets != Forgets.BYTES) {
        synced.put(file, Files.readAllBytes(file));
      }
      pendName(file, synced.getOrDefault(file, new byte[0]));
      cut();
    }

    private void pendName(Path file, byte[] bytes) {
      pending.add(names -> names.put(file.getFileName().toString(), bytes));
    }

    @Override
    public synchronized void link(Path file, Path name) throws IOException {
      Disk.REAL.link(file, name);
      pendName(name, synced.getOrDefault(file, new byte[0]));
      cut();
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
      Disk.REAL.delete(file);
      pending.add(names -> names.remove(file.getFileName().toString()));
      cut();
    }

    @Override
    public synchronized void syncNames(Path directory) throws IOException {
      if (forgets != Forgets.NAMES) {
        pending.forEach(step -> step.accept(durable));
        pending.clear();
      }
      cut();
    }

    private void cut() throws IOException {
      if (depth == MOST_CUTS) {
        return;
      }
      // One broken promise is enough.
      for (int kept = 0; kept < 1 << pending.size() && broken.isEmpty(); kept++) {
        Map<String, byte[]> left = new TreeMap<>(durable);
        for (int i = 0; i < pending.size(); i++) {
          if ((kept >> i & 1) == 1) {
            pending.get(i).accept(left);
          }
        }
        check(left, forgets, depth);
      }
    }
  }
}
