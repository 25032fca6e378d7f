package dev.ingest.core;

import dev.ingest.spi.ManifestItem;
import java.io.IOException;
import java.io.InputStream;

/** Where the items of a sequence go when all of them are read, one after the other. */
@FunctionalInterface
public interface ItemSink {

  /**
   * Takes the next item.
   *
   * @param item its name, length and digest as they stand in the manifest
   * @param body its bytes, digested as they are read: who reads to the end gets a {@link
   *     DamagedContentException} there instead of an end if they are not the bytes of the manifest.
   *     Valid during this call; closed by the caller
   * @throws IOException if the item cannot be taken; nothing more is read then
   */
  void take(ManifestItem item, InputStream body) throws IOException;
}
