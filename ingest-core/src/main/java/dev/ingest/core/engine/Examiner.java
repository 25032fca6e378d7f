package dev.ingest.core.engine;

import dev.ingest.core.DamagedContentException;
import dev.ingest.core.Finding;
import dev.ingest.core.Finding.Kind;
import dev.ingest.core.Verification;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
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
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stored set back, byte for byte and past the caches, and names every discrepancy.
 *
 * <p>What could not be read is a finding too, of kind {@link Kind#UNREADABLE}: it says that nothing
 * is known, which is neither clean nor damaged. Memory is one buffer and the findings, whatever the
 * size of the set. Not safe for use by several threads.
 */
final class Examiner {

  private static final int BUFFER_BYTES = 1 << 18;

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

  /** Listings need none, and there are more of them than of anything else. */
  private byte[] buffer() {
    byte[] there = buffer;
    if (there == null) {
      there = new byte[BUFFER_BYTES];
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

  /** Reads the manifest and every item that it names. */
  void readBack(StoredSet set) {
    examineItems(set, this::readBack);
  }

  /**
   * Reads the manifest, and for every item that it names asks for a digest that the backend itself
   * knows to be that of the stored bytes; reads the item where there is none.
   */
  void prove(StoredSet set) {
    examineItems(set, this::prove);
  }

  private void examineItems(StoredSet set, BiConsumer<StoredSet, StoredSet.Located> examination) {
    try (StoredSet.Cursor cursor = set.open(store, ReadPurpose.PROVE)) {
      while (cursor.hasNext()) {
        meter.betweenItems();
        examination.accept(set, cursor.next());
      }
    } catch (ContentMissingException e) {
      add(
          finding(
              set, missing(set), Optional.empty(), "a manifest at " + set.manifestKey(), "none"));
    } catch (DamagedContentException e) {
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
  }

  private void prove(StoredSet set, StoredSet.Located located) {
    ManifestItem item = located.item();
    Optional<ItemName> name = Optional.of(item.name());
    Optional<ContentStat> stat;
    try {
      stat = store.stat(located.key());
    } catch (ContentException e) {
      add(unreadable(set, name, located.key(), e));
      return;
    }
    Optional<Digest> known =
        stat.flatMap(ContentStat::checksum).filter(Checksum::isEvidence).map(Checksum::digest);
    if (stat.isEmpty()) {
      add(finding(set, missing(set), name, "bytes at " + located.key(), "none"));
    } else if (known.isEmpty()) {
      readBack(set, located);
    } else {
      compare(set, item, stat.get().length(), known.get());
    }
  }

  private void readBack(StoredSet set, StoredSet.Located located) {
    ManifestItem item = located.item();
    Optional<ItemName> name = Optional.of(item.name());
    try (InputStream bytes = store.open(located.key(), ByteRange.ALL, ReadPurpose.PROVE)) {
      byte[] piece = buffer();
      MessageDigest running = Digest.newMessageDigest();
      long count = 0;
      for (int n = bytes.read(piece); n >= 0; n = bytes.read(piece)) {
        running.update(piece, 0, n);
        meter.read(n);
        count += n;
      }
      Digest actual = Digest.finish(running);
      compare(set, item, count, actual);
    } catch (ContentMissingException e) {
      add(finding(set, missing(set), name, "bytes at " + located.key(), "none"));
    } catch (ContentException | IOException e) {
      add(unreadable(set, name, located.key(), e));
    }
  }

  private void compare(StoredSet set, ManifestItem item, long length, Digest actual) {
    if (length != item.length() || !actual.equals(item.digest())) {
      add(
          finding(
              set,
              differs(set),
              Optional.of(item.name()),
              item.length() + " bytes of " + item.digest(),
              length + " bytes of " + actual));
    }
  }

  /**
   * Compares the keys below an output's prefix with those of its manifest, which both come in
   * order.
   */
  void compareListing(StoredSet set, ContentPrefix prefix) {
    int expectedItems = set.summary().count();
    long seen = 0;
    Listing listing = new Listing(store, prefix);
    try {
      while (listing.hasMore()) {
        meter.betweenItems();
        for (ContentStat stat : listing.page()) {
          boolean named =
              stat.key().equals(set.manifestKey())
                  || (seen < expectedItems && stat.key().equals(set.itemKey().apply((int) seen)));
          if (named) {
            seen++;
          } else {
            add(finding(set, Kind.EXTRA_BYTES, Optional.empty(), "nothing", stat.key().value()));
          }
        }
      }
    } catch (ContentException e) {
      add(unreadable(set, Optional.empty(), set.manifestKey(), e));
      return;
    }
    if (seen != expectedItems + 1L) {
      add(
          finding(
              set,
              missing(set),
              Optional.empty(),
              (expectedItems + 1L) + " keys below " + prefix,
              seen + " listed"));
    }
  }

  private static Kind missing(StoredSet set) {
    return set.what().equals("raw") ? Kind.RAW_MISSING : Kind.RESULT_MISSING;
  }

  private static Kind differs(StoredSet set) {
    return set.what().equals("raw") ? Kind.RAW_DIFFERS : Kind.RESULT_DIFFERS;
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
