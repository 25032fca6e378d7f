package dev.ingest.core;

import dev.ingest.core.engine.Completing;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * Where other systems end the stages that were left to them ({@link StageContext#completeLater}),
 * behind an endpoint of the embedding service. Any engine over the same ledger and content store
 * takes the call that has the pipeline, started or not. Thread-safe.
 *
 * <p>Every call may be repeated with the same token while its outcome is not known: it is answered
 * as the first was, and takes effect once. Who is refused was too late, or has no right; nothing
 * took effect then.
 */
public final class Completions {

  /** The longest time for which a stage is left to another system at a time. */
  public static final Duration LONGEST = Duration.ofDays(7);

  private final Completing completing;

  Completions(Completing completing) {
    this.completing = completing;
  }

  /**
   * Ends a stage with its output, which is written, made durable and committed before this returns.
   * A call that begins while less than a lease time is left has a lease time.
   *
   * @param token the text of the token
   * @param completion emits all of the output; not called if the stage was ended before by this
   *     token
   * @return {@link CompletionOutcome#DONE}
   * @throws CompletionRefusedException if the token does not give the right
   * @throws OutcomeUnknownException if that is not known to be done, or the time was over before
   *     the output was written: repeat the call
   * @throws ConfigurationException if this engine does not have the pipeline
   * @throws IOException if the completion throws it; the right remains
   */
  public CompletionOutcome complete(String token, StageCompletion completion) throws IOException {
    return completing.complete(token, completion);
  }

  /**
   * Ends an attempt of a stage without output. It is run again after its back-off, unless its
   * attempts are spent.
   *
   * @param token the text of the token
   * @param reason what happened, for people: 1 to 2,000 characters in one line, without control and
   *     format characters
   * @param permanent whether no other attempt can succeed, so that the sequence fails at once
   * @return {@link CompletionOutcome#RETRIED} or {@link CompletionOutcome#FAILED}
   * @throws CompletionRefusedException if the token does not give the right
   * @throws dev.ingest.spi.InvalidValueException if the reason has another form; the right remains
   * @throws OutcomeUnknownException if that is not known to be done: repeat the call
   */
  public CompletionOutcome fail(String token, String reason, boolean permanent) {
    return completing.fail(token, reason, permanent);
  }

  /**
   * Gives the other system more time. Never shortens it.
   *
   * @param token the text of the token
   * @param within how long from now, 1 ms to {@link #LONGEST}; the sequence's own deadline, where
   *     that is ahead, bounds it
   * @return by when the stage is to be ended
   * @throws CompletionRefusedException if the token does not give the right
   * @throws OutcomeUnknownException if the ledger does not answer: repeat the call
   */
  public Instant extend(String token, Duration within) {
    return completing.extend(token, within);
  }
}
