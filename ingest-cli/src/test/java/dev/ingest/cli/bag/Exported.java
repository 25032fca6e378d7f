package dev.ingest.cli.bag;

import dev.ingest.core.ItemSink;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.Manifest;
import dev.ingest.spi.ManifestItem;
import dev.ingest.spi.ManifestSummary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Items in memory, to be written as a bag.
 *
 * @param names in order; the bytes of each are its name twice
 */
record Exported(List<String> names) {

  static Exported of(String... names) {
    return new Exported(List.of(names));
  }

  private static byte[] bytes(String name) {
    return (name + name).getBytes(StandardCharsets.UTF_8);
  }

  List<ManifestItem> items() {
    List<ManifestItem> items = new ArrayList<>();
    for (String name : names) {
      byte[] bytes = bytes(name);
      items.add(new ManifestItem(ItemName.of(name), bytes.length, Digest.of(bytes)));
    }
    return items;
  }

  ManifestSummary summary() {
    return Manifest.of(items()).summary();
  }

  /** Hands all items on. */
  ManifestSummary readInto(ItemSink sink) throws IOException {
    for (ManifestItem item : items()) {
      sink.take(item, new ByteArrayInputStream(bytes(item.name().value())));
    }
    return summary();
  }

  /** Writes them as raw items, and returns which lie under a number. */
  List<BagWriter.Moved> to(Path bag, boolean unicode) throws IOException {
    List<BagWriter.Moved> moved = new ArrayList<>();
    try (BagWriter writer = BagWriter.begin(bag, "0123456789", moved::add, unicode)) {
      writer.write(Part.RAW, summary(), this::readInto, count -> {});
      writer.finish(List.of(new Label("Ingest-Owner", "ann")));
    }
    return moved;
  }

  List<BagWriter.Moved> to(Path bag) throws IOException {
    return to(bag, PlainName.isUnicodeHere());
  }
}
