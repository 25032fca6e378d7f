package dev.ingest.core.engine;

import dev.ingest.core.DamagedContentException;
import dev.ingest.core.Finding;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.Verification;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestEncoder;
import dev.ingest.spi.ManifestException;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.Checksum;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stored set back, byte for byte and past the caches, and names every discrepancy; of a
 * manifest that is not the ledger's that alone, as it can be compared with nothing.
 *
 * <p>What could not be read is a finding too, of kind {@link Kind#UNREADABLE}: it says that nothing
 * is known, which is neither clean nor damaged. Memory is one buffer, the findings and 16 bytes per
 * name, by which twins are found, whatever the size of the items. Not safe for use by several
 * threads.
 */
final class Examiner {

  private static final int BUFFER_BYTES = 1 << 18;
  private static final int LEAST_BUFFER_BYTES = 1 << 12;

  private static final int LONG_ITEM_SHIFT = 24;

  private final ContentStore store;
  private final Meter meter;
  private byte @Nullable [] buffer;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * Creates an examiner.
   *
   * @param store where the bytes are
   * @param betweenItems called between items, and within a long one from time to time; throws to
   *     end the examination early
   */
  Examiner(ContentStore store, Runnable betweenItems) {
    this(store, Meter.of(betweenItems));
  }

  /**
   * Creates an examiner.
   *
   * @param store where the bytes are
   * @param meter hears of what is read
   */
  Examiner(ContentStore store, Meter meter) {
    this.store = store;
    this.meter = meter;
  }

  /** Hears how much is read, and may take its time before more is; throws to end it early. */
  interface Meter {

    /** Called between items. */
    void betweenItems();

    /**
     * Called after a piece of an item's bytes.
     *
     * @param bytes how many, 1 or more
     */
    void read(int bytes);

    /** A meter that asks between items, and within a long one after each 16 MiB. */
    static Meter of(Runnable betweenItems) {
      return new Interruption(betweenItems);
    }
  }

  private static final class Interruption implements Meter {

    private final Runnable betweenItems;
    private long count;

    Interruption(Runnable betweenItems) {
      this.betweenItems = betweenItems;
    }

    @Override
    public void betweenItems() {
      count = 0;
      betweenItems.run();
    }

    @Override
    public void read(int bytes) {
      if (count >> LONG_ITEM_SHIFT != (count + bytes) >> LONG_ITEM_SHIFT) {
        betweenItems.run();
      }
      count += bytes;
    }
  }

  /**
   * Listings need none, and there are more of them than of anything else. Where items are short, so
   * is this: an array of the full size would cost more than reading them.
   */
  private byte[] buffer(long length) {
    byte[] there = buffer;
    int useful = (int) Math.min(BUFFER_BYTES, Math.max(LEAST_BUFFER_BYTES, length));
    if (there == null || there.length < useful) {
      there = new byte[there == null ? useful : Math.min(BUFFER_BYTES, 2 * useful)];
      buffer = there;
    }
    return there;
  }

  List<Finding> findings() {
    return findings;
  }

  void add(Finding finding) {
    if (findings.size() < Verification.MAX_FINDINGS) {
      findings.add(finding);
    }
  }

  /**
   * Reads the manifest and every item that it names.
   *
   * @return the root of what was read; empty if some of it could not be read
   */
  Optional<Digest> readBack(StoredSet set) {
    return examineItems(set, this::readBack);
  }

  /**
   * Reads the manifest, and for every item that it names asks for a digest that the backend itself
   * knows to be that of the stored bytes; reads the item where there is none.
   *
   * @return the root of what was found; empty if some of it could not be found out
   */
  Optional<Digest> prove(StoredSet set) {
    return examineItems(set, this::prove);
  }

  private Optional<Digest> examineItems(StoredSet set, ItemLook look) {
    int before = findings.size();
    try (StoredSet.Cursor cursor = set.open(store, ReadPurpose.PROVE)) {
      return rootOf(set, new Seen(set, cursor, look));
    } catch (ContentMissingException e) {
      add(
          finding(
              set, missing(set), Optional.empty(), "a manifest at " + set.manifestKey(), "none"));
    } catch (DamagedContentException e) {
      forgetNamed(before);
      add(
          finding(
              set,
              Kind.MANIFEST_DIFFERS,
              Optional.empty(),
              set.summary().toString(),
              Failures.describe(e)));
    } catch (ContentException | UncheckedIOException e) {
      add(unreadable(set, Optional.empty(), set.manifestKey(), e));
    }
    return Optional.empty();
  }

  /**
   * What an item is and where it lies only the manifest says, and one that is not the ledger's may
   * say of one item what is another's: what was compared with it is no finding, whatever it showed.
   */
  private void forgetNamed(int before) {
    findings
        .subList(before, findings.size())
        .removeIf(finding -> finding.kind() != Kind.UNREADABLE);
  }

  /**
   * Makes the root of the names in the manifest and of the lengths and digests that the items
   * really have, so that it is the ledger's root only if nothing differs.
   */
  private static Optional<Digest> rootOf(StoredSet set, Seen seen) {
    try (ManifestEncoder actual =
        Manifest.encode(set.summary().count(), set.summary().bytes(), seen)) {
      actual.transferTo(OutputStream.nullOutputStream());
      return seen.isWhole ? Optional.of(actual.summary().root()) : Optional.empty();
    } catch (ManifestException e) {
      // Other totals than the ledger's have no root that could be; what differs is a finding.
      seen.forEachRemaining(item -> {});
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("encoding what was read of " + set.manifestKey(), e);
    }
  }

  /** Finds out what an item is; empty if that cannot be found out. */
  @FunctionalInterface
  private interface ItemLook {
    Optional<ManifestItem> of(StoredSet set, StoredSet.Located located);
  }

  /** The items of a set as they really are, each examined when it is asked for. */
  private final class Seen implements Iterator<ManifestItem> {

    private final StoredSet set;
    private final StoredSet.Cursor named;
    private final ItemLook look;
    private boolean isWhole = true;

    Seen(StoredSet set, StoredSet.Cursor named, ItemLook look) {
      this.set = set;
      this.named = named;
      this.look = look;
    }

    @Override
    public boolean hasNext() {
      return named.hasNext();
    }

    @Override
    public ManifestItem next() {
      meter.betweenItems();
      StoredSet.Located located = named.next();
      Optional<ManifestItem> item = look.of(set, located);
      isWhole &= item.isPresent();
      return item.orElse(located.item());
    }
  }

  private Optional<ManifestItem> prove(StoredSet set, StoredSet.Located located) {
    Optional<ItemName> name = Optional.of(located.item().name());
    Optional<ContentStat> stat;
    try {
      stat = store.stat(located.key());
    } catch (ContentException e) {
      add(unreadable(set, name, located.key(), e));
      return Optional.empty();
    }
    Optional<Digest> known =
        stat.flatMap(ContentStat::checksum).filter(Checksum::isEvidence).map(Checksum::digest);
    if (stat.isEmpty()) {
      add(finding(set, missing(set), name, "bytes at " + located.key(), "none"));
      return Optional.empty();
    }
    return known.isEmpty()
        ? readBack(set, located)
        : Optional.of(compared(set, located.item(), stat.get().length(), known.get()));
  }

  private Optional<ManifestItem> readBack(StoredSet set, StoredSet.Located located) {
    Optional<ItemName> name = Optional.of(located.item().name());
    try (InputStream bytes = store.open(located.key(), ByteRange.ALL, ReadPurpose.PROVE)) {
      byte[] piece = buffer(located.item().length());
      MessageDigest running = Digest.newMessageDigest();
      long count = 0;
      for (int n = bytes.read(piece); n >= 0; n = bytes.read(piece)) {
        running.update(piece, 0, n);
        meter.read(n);
        count += n;
      }
      return Optional.of(compared(set, located.item(), count, Digest.finish(running)));
    } catch (ContentMissingException e) {
      add(finding(set, missing(set), name, "bytes at " + located.key(), "none"));
    } catch (ContentException | IOException e) {
      add(unreadable(set, name, located.key(), e));
    }
    return Optional.empty();
  }

  /** Returns the item as it is, and says so where it is not as it must be. */
  private ManifestItem compared(StoredSet set, ManifestItem item, long length, Digest digest) {
    ManifestItem actual = new ManifestItem(item.name(), length, digest);
    if (!actual.equals(item)) {
      add(
          finding(
              set,
              differs(set),
              Optional.of(item.name()),
              item.length() + " bytes of " + item.digest(),
              length + " bytes of " + digest));
    }
    return actual;
  }

  /**
   * What a listing shows of a set.
   *
   * @param keys how many of the keys that its items and its manifest have
   * @param bytes what the items among them have in sum
   */
  record Listed(long keys, long bytes) {}

  /**
   * Compares the keys below an output's prefix with those of its manifest, which both come in
   * order, and the sum of their lengths with the manifest's.
   *
   * @return what was listed; empty if it could not be
   */
  Optional<Listed> compareListing(StoredSet set, ContentPrefix prefix) {
    int expectedItems = set.summary().count();
    int items = 0;
    long bytes = 0;
    boolean hasManifest = false;
    Listing listing = new Listing(store, prefix);
    try {
      while (listing.hasMore()) {
        meter.betweenItems();
        for (ContentStat stat : listing.page()) {
          if (stat.key().equals(set.manifestKey())) {
            hasManifest = true;
          } else if (items < expectedItems && stat.key().equals(set.itemKey().apply(items))) {
            items++;
            bytes = Math.addExact(bytes, stat.length());
          } else {
            add(finding(set, Kind.EXTRA_BYTES, Optional.empty(), "nothing", stat.key().value()));
          }
        }
      }
    } catch (ContentException e) {
      add(unreadable(set, Optional.empty(), set.manifestKey(), e));
      return Optional.empty();
    }
    Listed listed = new Listed(items + (hasManifest ? 1L : 0L), bytes);
    compare(set, prefix, listed);
    return Optional.of(listed);
  }

  private void compare(StoredSet set, ContentPrefix prefix, Listed listed) {
    long keys = set.summary().count() + 1L;
    if (listed.keys() != keys) {
      String expected = keys + " keys below " + prefix;
      add(finding(set, missing(set), Optional.empty(), expected, listed.keys() + " listed"));
    } else if (listed.bytes() != set.summary().bytes()) {
      String expected = set.summary().bytes() + " bytes of items below " + prefix;
      add(finding(set, differs(set), Optional.empty(), expected, listed.bytes() + " listed"));
    }
  }

  private static Kind missing(StoredSet set) {
    return set.what() == StoredSet.What.RAW ? Kind.RAW_MISSING : Kind.RESULT_MISSING;
  }

  private static Kind differs(StoredSet set) {
    return set.what() == StoredSet.What.RAW ? Kind.RAW_DIFFERS : Kind.RESULT_DIFFERS;
  }

  private Finding unreadable(
      StoredSet set, Optional<ItemName> item, ContentKey key, Exception cause) {
    return finding(
        set,
        Kind.UNREADABLE,
        item,
        "readable bytes at " + key + " in " + store.name(),
        Failures.describe(cause));
  }

  private static Finding finding(
      StoredSet set, Kind kind, Optional<ItemName> item, String expected, String actual) {
    return new Finding(kind, set.sequence(), item, set.what() + ": " + expected, actual);
  }
}
