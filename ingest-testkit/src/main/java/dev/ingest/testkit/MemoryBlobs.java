package dev.ingest.testkit;

import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The stored bytes, ordered by key. Arrays in the map are never written to; damage replaces them.
 * Readers go to the concurrent map directly, changes take the lock, so that a commit of many keys
 * finds its conflicts before it makes anything visible.
 */
final class MemoryBlobs {

  private final ConcurrentNavigableMap<String, Blob> blobs = new ConcurrentSkipListMap<>();

  /** The same bytes, for whoever knows the key: keys have long beginnings in common. */
  private final ConcurrentMap<String, byte[]> byKey = new ConcurrentHashMap<>();

  /** Stored bytes and their key, whose form is not to be judged again with each listing. */
  static final class Blob {
    final ContentKey key;
    final byte[] bytes;

    Blob(ContentKey key, byte[] bytes) {
      this.key = key;
      this.bytes = bytes;
    }
  }

  byte @Nullable [] get(ContentKey key) {
    return byKey.get(key.value());
  }

  synchronized void putAll(String store, NavigableMap<String, byte[]> staged) {
    for (Map.Entry<String, byte[]> blob : staged.entrySet()) {
      checkSame(store, blob.getKey(), byKey.get(blob.getKey()), blob.getValue());
    }
    staged.forEach(
        (key, bytes) -> {
          if (byKey.putIfAbsent(key, bytes) == null) {
            blobs.put(key, new Blob(new ContentKey(key), bytes));
          }
        });
  }

  static void checkSame(String store, String key, byte @Nullable [] stored, byte[] put) {
    if (stored != null && !Arrays.equals(stored, put)) {
      throw new ContentConflictException(
          store
              + ": "
              + key
              + " holds other bytes: "
              + stored.length
              + " stored, "
              + put.length
              + " put; the stored ones stay, use a key that was never used");
    }
  }

  synchronized void replace(ContentKey key, byte[] bytes) {
    byKey.replace(key.value(), bytes);
    blobs.replace(key.value(), new Blob(key, bytes));
  }

  synchronized boolean remove(ContentKey key) {
    byKey.remove(key.value());
    return blobs.remove(key.value()) != null;
  }

  NavigableMap<String, Blob> below(ContentPrefix prefix, Optional<ContentKey> after) {
    // '0' follows '/' in ASCII, so these bounds hold exactly the keys that the prefix covers.
    String from = prefix.value() + "/";
    String to = prefix.value() + "0";
    String start = after.map(ContentKey::value).orElse(from);
    if (start.compareTo(to) >= 0) {
      return new TreeMap<>();
    }
    return start.compareTo(from) < 0
        ? blobs.subMap(from, true, to, false)
        : blobs.subMap(start, false, to, false);
  }

  List<ContentKey> keys() {
    return blobs.values().stream().map(blob -> blob.key).toList();
  }

  int size() {
    return blobs.size();
  }
}
