package dev.ingest.benchmarks.ledger;

import dev.ingest.benchmarks.ledger.AuditedRows.Plant;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentCapabilities;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store that lists what should be stored of many sequences, and holds no bytes: an item and a
 * manifest each below {@code raw} and, unless it waits, below {@code run}, but for what is planted.
 * It keeps 28 bytes of each sequence.
 */
final class SyntheticContent implements ContentStore {

  private final byte[] places;
  private final int[] numbers;
  private final Map<Long, Plant> plants = new HashMap<>();

  /**
   * Creates a store.
   *
   * @param places the places in order, 24 bytes each
   * @param numbers the numbers of the sequences at these places
   */
  SyntheticContent(byte[] places, int[] numbers) {
    this.places = places;
    this.numbers = numbers;
    for (Plant plant : Plant.values()) {
      plants.put(plant.number(), plant);
    }
  }

  /** The text of a place, as {@link SequencePlace} defines it, without checking it again. */
  private String place(int index) {
    int start = index * SequencePlace.BYTES;
    int middle = start + 8;
    HexFormat hex = HexFormat.of();
    return hex.formatHex(places, start, middle)
        + "/"
        + hex.formatHex(places, middle, start + SequencePlace.BYTES);
  }

  /** Finds the first index whose place is not before one. */
  private int indexOf(String from) {
    int low = 0;
    int high = numbers.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (place(middle).compareTo(from) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private List<ContentStat> at(String area, int index) {
    String place = place(index);
    Plant plant = plants.get((long) numbers[index]);
    boolean isRaw = area.equals("raw");
    if (!isRaw && AuditedRows.isWaiting(numbers[index])) {
      return List.of();
    }
    String prefix =
        isRaw
            ? "raw/" + place + "/" + sessionOf(numbers[index]) + "/0000/"
            : AuditedRows.result(place) + "/";
    List<ContentStat> stats = new ArrayList<>(3);
    if (plant == null || hasItem(plant, isRaw)) {
      stats.add(stat(prefix + "0000000", isOther(plant, isRaw) ? 999 : 1_000));
    }
    if (plant == Plant.EXTRA_BYTES && isRaw) {
      stats.add(stat(prefix + "0000007", 5));
    }
    if (plant == null || hasManifest(plant, isRaw)) {
      stats.add(stat(prefix + "manifest", 100));
    }
    return stats;
  }

  /** As {@link AuditedRows} names it, so that making a listing up costs little beside an audit. */
  private static String sessionOf(int number) {
    return "0".repeat(24) + HexFormat.of().toHexDigits(number);
  }

  private static boolean isOther(@Nullable Plant plant, boolean isRaw) {
    return plant == (isRaw ? Plant.RAW_DIFFERS : Plant.RESULT_DIFFERS);
  }

  private static boolean hasItem(Plant plant, boolean isRaw) {
    return switch (plant) {
      case RAW_MISSING, DELETED_EARLY -> !isRaw;
      case RESULT_MISSING, RESULT_MISSING_WHOLE, NOT_COVERED -> isRaw;
      case RAW_DIFFERS,
          RESULT_DIFFERS,
          EXTRA_BYTES,
          UNPROVEN,
          HISTORY_BROKEN,
          ENTRY_MISSING,
          STUCK ->
          true;
    };
  }

  private static boolean hasManifest(Plant plant, boolean isRaw) {
    return isRaw ? plant != Plant.DELETED_EARLY : plant != Plant.RESULT_MISSING_WHOLE;
  }

  private static ContentStat stat(String key, long length) {
    return new ContentStat(new ContentKey(key), length, Optional.empty());
  }

  @Override
  public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
    String area = prefix.value().substring(0, 3);
    String last = after.map(ContentKey::value).orElse("");
    String from = last.isEmpty() ? prefix.value() : max(last, prefix.value());
    List<ContentStat> found = new ArrayList<>(limit);
    int index = from.length() <= 4 ? 0 : indexOf(from.substring(4, Math.min(53, from.length())));
    while (found.size() <= limit && index < numbers.length) {
      for (ContentStat stat : at(area, index)) {
        String key = stat.key().value();
        if (!prefix.covers(stat.key()) && key.compareTo(prefix.value()) > 0) {
          return page(found, limit);
        }
        if (prefix.covers(stat.key()) && key.compareTo(last) > 0) {
          found.add(stat);
        }
      }
      index++;
    }
    return page(found, limit);
  }

  private static String max(String one, String other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static ContentPage page(List<ContentStat> found, int limit) {
    boolean more = found.size() > limit;
    return new ContentPage(more ? found.subList(0, limit) : found, more);
  }

  /** Only manifests have bytes, for those sequences that are looked at closely. */
  @Override
  public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
    int index = indexOf(key.value().substring(4, 53));
    boolean isListed =
        at(key.value().substring(0, 3), index).stream().anyMatch(stat -> stat.key().equals(key));
    if (!isListed) {
      throw new ContentMissingException(key + " is not listed");
    }
    boolean isEmpty =
        plants.get((long) numbers[index]) == Plant.NOT_COVERED && key.value().startsWith("run");
    Manifest manifest = isEmpty ? AuditedRows.EMPTY : AuditedRows.MANIFEST;
    return new ByteArrayInputStream(manifest.toBytes());
  }

  @Override
  public String name() {
    return "synthetic";
  }

  @Override
  public ContentCapabilities capabilities() {
    return new ContentCapabilities(true, true, true, Long.MAX_VALUE);
  }

  @Override
  public ContentWriter writer(ContentPrefix prefix) {
    throw new ContentException("nothing can be written here");
  }

  @Override
  public Optional<ContentStat> stat(ContentKey key) {
    String value = key.value();
    if (value.length() < 53 || !(value.startsWith("raw/") || value.startsWith("run/"))) {
      return Optional.empty();
    }
    int index = indexOf(value.substring(4, 53));
    return index == numbers.length
        ? Optional.empty()
        : at(value.substring(0, 3), index).stream()
            .filter(stat -> stat.key().equals(key))
            .findFirst();
  }

  @Override
  public void close() {}
}
