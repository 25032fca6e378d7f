package dev.ingest.simulator;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestItem;

/** An item as a client has it. */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record Content(ItemName name, byte[] bytes) {

  ManifestItem asManifestItem() {
    return new ManifestItem(name, bytes.length, Digest.of(bytes));
  }
}
