package dev.ingest.core.engine;

import dev.ingest.core.StageItem;
import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;

/** An item as the manifest of its set has it; how its bytes are opened is for its reader to say. */
abstract class StoredItem implements StageItem {

  final StoredSet.Located located;

  StoredItem(StoredSet.Located located) {
    this.located = located;
  }

  @Override
  public final ItemName name() {
    return located.item().name();
  }

  @Override
  public final long length() {
    return located.item().length();
  }

  @Override
  public final Digest digest() {
    return located.item().digest();
  }
}
