package dev.ingest.core.lifecycle;

import dev.ingest.spi.Digest;
import java.time.Instant;

/** What a look at the published result found just now. */
public sealed interface Proof {

  /**
   * Every item was read, or its digest was computed by the backend over what it stores.
   *
   * @param observedRoot the root of what was found
   * @param at when the reading began, by the ledger's clock
   */
  record ReadBack(Digest observedRoot, Instant at) implements Proof {}

  /**
   * The result was listed: proves it together with the reading that the publication names, as long
   * as that is young enough.
   *
   * @param keys how many of its keys were listed, the manifest's among them
   * @param bytes what its items have in sum by the listing
   */
  record Listed(long keys, long bytes) implements Proof {}
}
