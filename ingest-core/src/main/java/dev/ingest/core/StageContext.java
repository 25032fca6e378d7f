package dev.ingest.core;

import dev.ingest.spi.Digest;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a stage sees of one sequence. Used by the thread that runs the stage alone.
 *
 * <p>Two threads that emit at once, or one that still emits when the stage has returned, are an
 * error of the attempt: the later of two calls gets a {@link ConcurrentUseException}, and so does
 * the end of an attempt during a call, so that no output is sealed without it. What is called after
 * the end gets a {@link StageCancelledException}.
 */
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
   * Streams the input items in order, from the start at each call. Any number may be begun and left
   * before their ends; of more than sixteen at once some are read again as they go on, so walk once
   * and keep what is looked up often.
   *
   * @return the items
   */
  Iterator<StageItem> items();

  /**
   * Emits an item of the output. The output's order is the order of emission.
   *
   * @param name its name; two items whose names are twins are a permanent error
   * @param body its bytes, read to the end and closed
   * @throws IOException if the bytes cannot be read; this attempt can emit and end no more, as an
   *     output would be sealed that lacks the item: let it through, and the stage is run again
   */
  void emit(ItemName name, InputStream body) throws IOException;

  /**
   * Emits an item of which something is known beforehand, such as the length in a header of the
   * request that brings it: one that was cut off is not taken for whole.
   *
   * @param name its name; two items whose names are twins are a permanent error
   * @param length the length that it must have, if known
   * @param digest the digest that it must have, if known
   * @param body its bytes, read to the end and closed
   * @throws ItemRefusedException if length or digest do not come true; this attempt can emit and
   *     end no more
   * @throws IOException if the bytes cannot be read; as above
   */
  void emit(ItemName name, OptionalLong length, Optional<Digest> digest, InputStream body)
      throws IOException;

  /**
   * Leaves this stage to another system, which completes it later through {@link Completions} of
   * any engine that has the pipeline. The stage hands the token on and returns; it emits nothing,
   * before or after. From its return on it takes no room here.
   *
   * <p>The token is valid before this returns, so the other system may answer at once. As long as
   * its time runs nobody repeats the stage; if it runs out, the stage is run again as after a
   * crash, which costs an attempt, and the token is worth nothing from then on. If the stage throws
   * after this, it has failed, and the token is worth nothing either. So what the other system is
   * asked must be idempotent, by {@link #idempotencyKey()}.
   *
   * @param within how long it may take, 1 ms to {@link Completions#LONGEST}; the sequence's own
   *     deadline, where that is ahead, bounds it
   * @return the token, with the end of its time
   * @throws PermanentStageException if something was emitted, or the stage was left before
   * @throws StageCancelledException if this attempt should stop
   * @throws OutcomeUnknownException if the ledger does not answer: let it through, and the stage is
   *     run again
   */
  CompletionToken completeLater(Duration within);

  /**
   * Throws if the lease was lost or the engine is stopping, so that long work ends early. Called
   * between items by per-item stages.
   *
   * @throws StageCancelledException if this attempt should stop
   */
  void checkActive();
}
