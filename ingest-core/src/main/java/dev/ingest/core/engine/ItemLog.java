package dev.ingest.core.engine;

import dev.ingest.core.PermanentStageException;
import dev.ingest.spi.Digest;
import dev.ingest.spi.DistinctNames;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestEncoder;
import dev.ingest.spi.ManifestItem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The items that a stage emitted so far, packed, until its manifest can be written (whose header
 * needs the totals). Takes some 80 bytes and the name per item: about 100 MB at 1,000,000 items.
 */
final class ItemLog {

  private final List<byte[]> packed = new ArrayList<>();
  private final DistinctNames names = new DistinctNames();
  private long bytes;

  int size() {
    return packed.size();
  }

  void announce(ItemName name) {
    if (packed.size() == Manifest.MAX_ITEMS) {
      throw new PermanentStageException("a stage emits at most 1,000,000 items");
    }
    if (!names.add(name)) {
      throw new PermanentStageException(
          "the stage emitted \""
              + InvalidValueException.escape(name.value())
              + "\" twice, or names that differ only in case or normalisation");
    }
  }

  void add(ManifestItem item) {
    byte[] name = item.name().value().getBytes(StandardCharsets.UTF_8);
    packed.add(
        ByteBuffer.allocate(Digest.BYTES + Long.BYTES + name.length)
            .put(item.digest().toBytes())
            .putLong(item.length())
            .put(name)
            .array());
    bytes = Math.addExact(bytes, item.length());
  }

  ManifestEncoder encode() {
    Iterator<byte[]> rows = packed.iterator();
    return Manifest.encode(
        packed.size(),
        bytes,
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return rows.hasNext();
          }

          @Override
          public ManifestItem next() {
            return unpack(rows.next());
          }
        });
  }

  private static ManifestItem unpack(byte[] row) {
    int nameAt = Digest.BYTES + Long.BYTES;
    return new ManifestItem(
        new ItemName(new String(row, nameAt, row.length - nameAt, StandardCharsets.UTF_8)),
        ByteBuffer.wrap(row).getLong(Digest.BYTES),
        Digest.ofBytes(Arrays.copyOf(row, Digest.BYTES)));
  }
}
