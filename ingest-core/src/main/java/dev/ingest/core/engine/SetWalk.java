package dev.ingest.core.engine;

import dev.ingest.core.DamagedContentException;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.engine.Examined.Spot;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compares a stored set with its manifest key by key: the listing and the items both come in the
 * order of ordinals, so that what is missing, has another length or is too much shows in one pass
 * and in constant memory. Names come from the manifest, as far as it can be read. For one thread.
 */
final class SetWalk implements AutoCloseable {

  private final ContentStore store;
  private final StoredSet set;
  private final Examined examined;
  private final boolean isRaw;
  private StoredSet.@Nullable Cursor manifest;
  private int ordinal;
  private boolean manifestMissing;
  private boolean manifestListed;
  private boolean manifestDiffers;
  private int found;
  private final List<Missing> missing = new ArrayList<>();
  private final List<Differing> differing = new ArrayList<>();

  private record Missing(ContentKey key, Optional<ManifestItem> item) {}

  private record Differing(ContentKey key, ManifestItem item, long length) {}

  SetWalk(ContentStore store, StoredSet set, Examined examined) {
    this.store = store;
    this.set = set;
    this.examined = examined;
    this.isRaw = set.what() == StoredSet.What.RAW;
    this.manifest = open();
  }

  private StoredSet.@Nullable Cursor open() {
    try {
      return set.open(store, ReadPurpose.PROVE);
    } catch (ContentMissingException e) {
      manifestMissing = true;
      return null;
    } catch (DamagedContentException e) {
      differs(e);
      return null;
    }
  }

  private void differs(DamagedContentException e) {
    manifestDiffers = true;
    examined.add(
        Kind.MANIFEST_DIFFERS,
        Spot.at(set.manifestKey()),
        set.what() + ": " + set.summary(),
        Failures.describe(e));
  }

  /** Takes the item of the ordinal that is next from the manifest, if it can be read. */
  private Optional<ManifestItem> item() {
    StoredSet.Cursor cursor = manifest;
    if (cursor == null || !cursor.hasNext()) {
      return Optional.empty();
    }
    try {
      return Optional.of(cursor.next().item());
    } catch (DamagedContentException e) {
      differs(e);
      close();
      return Optional.empty();
    }
  }

  /**
   * Compares all keys below a prefix.
   *
   * @param explained tells which keys may be there without being named
   * @throws ContentException if the store lists a manifest that it did not open, so that nothing
   *     was compared with it
   */
  void compare(ContentPrefix below, Predicate<ContentStat> explained) {
    Listing listing = new Listing(store, below);
    while (listing.hasMore()) {
      for (ContentStat stat : listing.page()) {
        see(stat, explained);
      }
    }
    while (ordinal < set.summary().count()) {
      miss(set.itemKey().apply(ordinal), item());
      ordinal++;
    }
    while (manifest != null && manifest.hasNext()) {
      item();
    }
    if (manifestMissing && manifestListed) {
      throw new ContentException(
          "%s: %s is listed, and was not there when it was opened; look again"
              .formatted(store.name(), set.manifestKey()));
    }
    if (!manifestDiffers) {
      differing.forEach(this::tell);
    }
    tellMissing();
  }

  private void tell(Differing one) {
    examined.add(
        isRaw ? Kind.RAW_DIFFERS : Kind.RESULT_DIFFERS,
        new Spot(Optional.of(one.item().name()), Optional.of(one.key())),
        set.what() + ": " + described(one.item()),
        one.length() + " bytes");
  }

  private void see(ContentStat stat, Predicate<ContentStat> explained) {
    ContentKey key = stat.key();
    if (key.equals(set.manifestKey())) {
      manifestListed = true;
      return;
    }
    while (ordinal < set.summary().count() && set.itemKey().apply(ordinal).compareTo(key) < 0) {
      miss(set.itemKey().apply(ordinal), item());
      ordinal++;
    }
    if (ordinal < set.summary().count() && set.itemKey().apply(ordinal).equals(key)) {
      Optional<ManifestItem> item = item();
      ordinal++;
      found++;
      item.filter(named -> named.length() != stat.length())
          .ifPresent(named -> differ(new Differing(key, named, stat.length())));
    } else if (!explained.test(stat)) {
      examined.add(Kind.EXTRA_BYTES, Spot.at(key), "nothing", stat.length() + " bytes");
    }
  }

  private void differ(Differing one) {
    if (differing.size() < Examined.MOST) {
      differing.add(one);
    }
  }

  private void miss(ContentKey key, Optional<ManifestItem> item) {
    if (missing.size() < Examined.MOST) {
      missing.add(new Missing(key, item));
    }
  }

  /** A set of which nothing is left is one finding. */
  private void tellMissing() {
    Kind kind = isRaw ? Kind.RAW_MISSING : Kind.RESULT_MISSING;
    if (found == 0 && !manifestListed) {
      examined.add(
          isRaw ? Kind.DELETED_EARLY : kind,
          Spot.WHOLE,
          "%s: %d items and a manifest at %s"
              .formatted(set.what(), set.summary().count(), set.manifestKey()),
          "nothing");
      return;
    }
    for (Missing one : missing) {
      Optional<ManifestItem> item = one.item().filter(named -> !manifestDiffers);
      examined.add(
          kind,
          new Spot(item.map(ManifestItem::name), Optional.of(one.key())),
          set.what() + ": " + item.map(SetWalk::described).orElse("an item"),
          "nothing");
    }
    if (!manifestListed) {
      examined.add(
          kind, Spot.at(set.manifestKey()), set.what() + ": " + set.summary(), "no manifest");
    }
  }

  private static String described(ManifestItem item) {
    return item.length() + " bytes of " + item.digest();
  }

  @Override
  public void close() {
    StoredSet.Cursor cursor = manifest;
    manifest = null;
    if (cursor != null) {
      cursor.close();
    }
  }
}
