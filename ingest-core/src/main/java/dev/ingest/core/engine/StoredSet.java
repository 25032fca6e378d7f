package dev.ingest.core.engine;

import dev.ingest.core.DamagedContentException;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestDecoder;
import dev.ingest.spi.ManifestException;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.SealedOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.function.IntFunction;

/**
 * Items that are stored under generated keys and closed by a manifest that the ledger vouches for:
 * the raw bytes of a sequence, or the output of a stage.
 *
 * @param sequence the sequence
 * @param what whose bytes they are
 * @param manifestKey where the manifest is
 * @param itemKey where the item of an ordinal is
 * @param summary what the ledger says of the manifest
 */
record StoredSet(
    SequenceKey sequence,
    What what,
    ContentKey manifestKey,
    IntFunction<ContentKey> itemKey,
    ManifestSummary summary) {

  /** Whose bytes a set has, in the words of messages. */
  enum What {
    /** The owner's, as they were accepted. */
    RAW("raw"),

    /** A stage's. */
    RESULT("result");

    private final String text;

    What(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  static StoredSet raw(Entry entry) {
    return raw(entry.key(), entry.raw(), entry.receipt().manifest());
  }

  static StoredSet raw(AuditRow row) {
    return raw(row.key(), row.raw(), row.receipt().manifest());
  }

  private static StoredSet raw(SequenceKey key, RawLocation raw, ManifestSummary summary) {
    ContentPrefix session = KeyLayout.session(key, raw);
    return new StoredSet(
        key,
        What.RAW,
        KeyLayout.rawManifest(session, raw),
        ordinal -> KeyLayout.rawItem(session, raw, ordinal),
        summary);
  }

  static StoredSet output(SequenceKey key, SealedOutput output) {
    return new StoredSet(
        key,
        What.RESULT,
        KeyLayout.manifest(output.prefix()),
        ordinal -> KeyLayout.item(output.prefix(), ordinal),
        output.manifest());
  }

  /** What the next stage of an entry reads. */
  static StoredSet input(Entry entry) {
    return entry
        .active()
        .output()
        .map(output -> output(entry.key(), output))
        .orElseGet(() -> raw(entry));
  }

  Cursor open(ContentStore store, ReadPurpose purpose) {
    return new Cursor(store, store.open(manifestKey, ByteRange.ALL, purpose));
  }

  /** An item with its place. */
  record Located(int ordinal, ManifestItem item, ContentKey key) {}

  /**
   * The items in order. At the end the manifest's root is compared with the ledger's; if it
   * differs, the last step throws instead of giving an item that nobody vouches for.
   */
  final class Cursor implements Iterator<Located>, AutoCloseable {

    private final ContentStore store;
    private final ManifestDecoder decoder;
    private int ordinal;

    private Cursor(ContentStore store, InputStream bytes) {
      this.store = store;
      ManifestDecoder opened;
      try {
        opened = Manifest.decode(bytes);
      } catch (ManifestException e) {
        throw damaged(String.valueOf(e.getMessage()));
      } catch (IOException e) {
        throw new UncheckedIOException("reading " + describe(), e);
      }
      this.decoder = opened;
      if (decoder.count() == 0) {
        checkRootOrClose();
      }
    }

    @Override
    public boolean hasNext() {
      return decoder.hasNext();
    }

    @Override
    public Located next() {
      ManifestItem item;
      try {
        item = decoder.next();
      } catch (ManifestException e) {
        throw damaged(String.valueOf(e.getMessage()));
      }
      if (!decoder.hasNext()) {
        checkRoot();
      }
      Located located = new Located(ordinal, item, itemKey.apply(ordinal));
      ordinal++;
      return located;
    }

    @Override
    public void close() {
      try {
        decoder.close();
      } catch (IOException e) {
        throw new UncheckedIOException("closing " + describe(), e);
      }
    }

    private void checkRoot() {
      if (!decoder.summary().equals(summary)) {
        throw damaged("the ledger says " + summary + ", the stored one is " + decoder.summary());
      }
    }

    /** For a cursor that nobody gets, and so nobody could close, if its root is another. */
    private void checkRootOrClose() {
      try {
        checkRoot();
      } catch (DamagedContentException e) {
        try {
          decoder.close();
        } catch (IOException alsoFailed) {
          e.addSuppressed(alsoFailed);
        }
        throw e;
      }
    }

    private DamagedContentException damaged(String detail) {
      return new DamagedContentException(describe() + ": " + detail);
    }

    private String describe() {
      return "the "
          + what
          + " manifest of "
          + sequence
          + " at "
          + manifestKey
          + " in "
          + store.name();
    }
  }
}
