package dev.ingest.core.invariants;

import dev.ingest.core.engine.KeyLayout;
import dev.ingest.spi.Digest;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestException;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentMissingException;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.SealedOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A second, simple way to read stored sets back, independent of the engine's: whole arrays, nothing
 * shared but the layout of the keys. For small sets.
 *
 * <p>Every look reads and digests every byte. Only what a manifest says is remembered, by the
 * digest of the bytes just read: it depends on nothing else, so a manifest that was damaged, cut or
 * exchanged since has another digest and is never found here.
 */
final class StoredBytes {

  private static final int MAX_PARSED = 10_000;

  private final ContentStore store;
  private final Map<Digest, Manifest> parsed = new LinkedHashMap<>();

  StoredBytes(ContentStore store) {
    this.store = store;
  }

  /** A key whose bytes are not what the ledger and the manifest say. */
  record Flaw(ContentKey key, String expected, String actual) {}

  List<Flaw> raw(Entry entry) {
    ContentPrefix session = KeyLayout.session(entry.key(), entry.raw());
    return compare(
        KeyLayout.rawManifest(session, entry.raw()),
        entry.receipt().manifest(),
        ordinal -> KeyLayout.rawItem(session, entry.raw(), ordinal));
  }

  List<Flaw> output(SealedOutput output) {
    return compare(
        KeyLayout.manifest(output.prefix()),
        output.manifest(),
        ordinal -> KeyLayout.item(output.prefix(), ordinal));
  }

  private List<Flaw> compare(
      ContentKey manifestKey, ManifestSummary summary, IntFunction<ContentKey> itemKey) {
    Optional<byte[]> stored = read(manifestKey);
    if (stored.isEmpty()) {
      return List.of(new Flaw(manifestKey, "a manifest", "no bytes"));
    }
    Digest root = Digest.of(stored.get());
    if (!root.equals(summary.root())) {
      return List.of(new Flaw(manifestKey, "a manifest of " + summary.root(), "" + root));
    }
    List<Flaw> flaws = new ArrayList<>();
    Manifest manifest;
    try {
      manifest = parse(root, stored.get());
    } catch (ManifestException e) {
      return List.of(new Flaw(manifestKey, "a canonical manifest", e.toString()));
    }
    if (!manifest.summary().equals(summary)) {
      flaws.add(new Flaw(manifestKey, "totals " + summary, "totals " + manifest.summary()));
    }
    int ordinal = 0;
    for (ManifestItem item : manifest.items()) {
      ContentKey key = itemKey.apply(ordinal);
      ordinal++;
      Optional<byte[]> bytes = read(key);
      if (bytes.isEmpty()) {
        flaws.add(new Flaw(key, "item \"" + item.name() + "\"", "no bytes"));
      } else if (bytes.get().length != item.length()
          || !Digest.of(bytes.get()).equals(item.digest())) {
        flaws.add(
            new Flaw(
                key,
                item.length() + " bytes of " + item.digest(),
                bytes.get().length + " bytes of " + Digest.of(bytes.get())));
      }
    }
    return flaws;
  }

  private Manifest parse(Digest root, byte[] canonical) {
    Manifest known = parsed.get(root);
    if (known != null) {
      return known;
    }
    Manifest manifest = Manifest.parse(canonical);
    if (parsed.size() == MAX_PARSED) {
      parsed.remove(parsed.keySet().iterator().next());
    }
    parsed.put(root, manifest);
    return manifest;
  }

  private Optional<byte[]> read(ContentKey key) {
    try (InputStream bytes = store.open(key, ByteRange.ALL, ReadPurpose.PROVE)) {
      return Optional.of(bytes.readAllBytes());
    } catch (ContentMissingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + key + " in " + store.name(), e);
    }
  }
}
