package dev.ingest.core;

import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;

/** What a stage sees of one sequence. Used by the thread that runs the stage alone. */
public interface StageContext {

  /**
   * Returns whose sequence is processed and which.
   *
   * @return the key
   */
  SequenceKey sequence();

  /**
   * Returns a key for effects in other systems: the same for every attempt of this stage on this
   * sequence in this epoch, and different otherwise.
   *
   * @return {@code owner/sequence/epoch/stage}
   */
  String idempotencyKey();

  /**
   * Returns the totals of the input.
   *
   * @return root, count and bytes
   */
  ManifestSummary input();

  /**
   * Streams the input items in order, from the start at each call.
   *
   * @return the items
   */
  Iterator<StageItem> items();

  /**
   * Emits an item of the output. The output's order is the order of emission.
   *
   * @param name its name; two items whose names are twins are a permanent error
   * @param body its bytes, read to the end and closed
   * @throws IOException if the bytes cannot be read
   */
  void emit(ItemName name, InputStream body) throws IOException;

  /**
   * Throws if the lease was lost or the engine is stopping, so that long work ends early. Called
   * between items by per-item stages.
   *
   * @throws StageCancelledException if this attempt should stop
   */
  void checkActive();
}
