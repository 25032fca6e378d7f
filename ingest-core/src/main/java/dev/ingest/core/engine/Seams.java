package dev.ingest.core.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The only ways by which time, randomness and threads enter the engine.
 *
 * @param clock paces ticks and local lease time; the ledger judges everything else
 * @param randomBits 64 random bits at a call; thread-safe
 * @param tasks runs stages and verifications
 * @param pause waits between attempts
 * @param beside computes digests beside the storing of large bodies, and reads pages ahead and
 *     ranges of places at a time; may run what it is given on the spot, or refuse it
 * @param commits where batches of transitions are committed
 * @param elapsed nanoseconds since some moment, which no change of a clock moves; measures short
 *     times only
 * @param questions asks what may never be answered
 */
public record Seams(
    InstantSource clock,
    LongSupplier randomBits,
    Executor tasks,
    Pause pause,
    Executor beside,
    Commits commits,
    LongSupplier elapsed,
    Questions questions) {

  /**
   * Makes seams that ask on the thread that calls, for as long as it takes.
   *
   * @param clock paces ticks and local lease time
   * @param randomBits 64 random bits at a call
   * @param tasks runs stages and verifications
   * @param pause waits between attempts
   * @param beside computes digests, and reads pages ahead
   * @param commits where batches of transitions are committed
   * @param elapsed nanoseconds since some moment
   */
  public Seams(
      InstantSource clock,
      LongSupplier randomBits,
      Executor tasks,
      Pause pause,
      Executor beside,
      Commits commits,
      LongSupplier elapsed) {
    this(clock, randomBits, tasks, pause, beside, commits, elapsed, Questions.INLINE);
  }

  /**
   * Makes seams that digest, read ahead and commit on the thread that calls, and measure by the
   * clock.
   *
   * @param clock paces ticks and local lease time
   * @param randomBits 64 random bits at a call
   * @param tasks runs stages and verifications
   * @param pause waits between attempts
   */
  public Seams(InstantSource clock, LongSupplier randomBits, Executor tasks, Pause pause) {
    this(
        clock,
        randomBits,
        tasks,
        pause,
        Runnable::run,
        Commits.INLINE,
        () -> nanos(clock.instant()));
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  /** Waits. */
  @FunctionalInterface
  public interface Pause {

    /**
     * Waits for a time.
     *
     * @param time how long
     * @return false if the engine is stopping and the wait was cut short
     */
    boolean await(Duration time);
  }

  /** Where batches of transitions are committed, and how others wait for it. Thread-safe. */
  public interface Commits extends Executor {

    /**
     * Commits on the thread that submits, so that nobody ever waits, and what stays unknown is
     * answered so at once.
     */
    Commits INLINE = new InlineCommits();

    /**
     * Runs a drain of the queue: soon and one after the other, or at once on the caller's thread.
     *
     * @param drain commits what is queued
     * @throws RejectedExecutionException if it has ended
     */
    @Override
    void execute(Runnable drain);

    /**
     * Runs a drain of the queue after a time, where {@link #execute} would. Never on the caller's
     * thread before this returns.
     *
     * @param delay how long from now, 0 or more
     * @param drain commits what is due
     * @throws RejectedExecutionException if it has ended, or has no thread that could come back
     */
    void later(Duration delay, Runnable drain);

    /**
     * Waits until something has happened, which no interrupt cuts short.
     *
     * @param event completed when it has happened
     */
    void await(CompletableFuture<?> event);

    /**
     * Waits until something has happened or a time is over, which no interrupt cuts short. May
     * return earlier.
     *
     * @param event completed when it has happened
     * @param longest the most to wait
     */
    void await(CompletableFuture<?> event, Duration longest);

    /**
     * Returns where other batches are committed that need not wait for those here, nor these for
     * them: what belongs together is committed in one place.
     *
     * @return another place if there is one, or this
     */
    default Commits beside() {
      return this;
    }
  }

  /** Asks what may never be answered. Thread-safe. */
  public interface Questions {

    /** Asks on the thread that calls, for as long as it takes. */
    Questions INLINE =
        new Questions() {
          @Override
          public <T> T ask(Object who, Duration longest, Callable<T> question) throws Exception {
            return question.call();
          }
        };

    /**
     * Asks, and waits for the answer for a bounded time. A question that goes on afterwards is
     * interrupted, and nobody waits for its end.
     *
     * @param who is asked; those that do not return hold up nobody else's questions
     * @param longest the most to wait
     * @param question gives the answer
     * @param <T> what it is
     * @return the answer
     * @throws java.util.concurrent.TimeoutException if there was none in time, or if too many
     *     questions to the same one go on that had none
     * @throws Exception what the question threw
     */
    <T> T ask(Object who, Duration longest, Callable<T> question) throws Exception;
  }

  private static final class InlineCommits implements Commits {

    @Override
    public void execute(Runnable drain) {
      drain.run();
    }

    @Override
    public void later(Duration delay, Runnable drain) {
      throw new RejectedExecutionException("the thread of the last caller does not come back");
    }

    @Override
    public void await(CompletableFuture<?> event) {
      if (!event.isDone()) {
        throw new IllegalStateException(
            "what is committed on the caller's own thread is done when the call returns; expected "
                + "a completed event, got "
                + event);
      }
    }

    @Override
    public void await(CompletableFuture<?> event, Duration longest) {
      // Nobody else could make it happen meanwhile.
    }
  }

  /**
   * Draws a number.
   *
   * @return from 0 (inclusive) to 1 (exclusive)
   */
  double unit() {
    return (randomBits.getAsLong() >>> 11) * 0x1.0p-53;
  }
}
