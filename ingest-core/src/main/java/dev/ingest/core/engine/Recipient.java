package dev.ingest.core.engine;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One who is told something on one way: a sink by the pump, the same sink past the ledger, or the
 * notifier. Whatever it throws is an answer, and so is its silence.
 *
 * <p>It has promised to return within ten seconds, and nobody waits for it much longer. What it
 * does not end is interrupted, and has failed. As long as it has not returned, it is told nothing
 * more: so it costs one thread at most, hears one thing at a time, and one after the other. What it
 * takes after all, once it has failed, is told again like all that failed, under the same key. For
 * one thread.
 */
final class Recipient {

  /** What was promised, and a little more. */
  static final Duration LONGEST = Duration.ofSeconds(11);

  private final String name;
  private final Seams.Questions questions;
  private Call last = new Call(() -> {});

  /**
   * Creates one who was told nothing yet.
   *
   * @param name who it is, for errors
   * @param questions how it is asked to take something
   */
  Recipient(String name, Seams.Questions questions) {
    this.name = name;
    this.questions = questions;
  }

  /** Tells whether it has not returned from what it was told last. */
  boolean isOut() {
    return last.isUnderWay();
  }

  /** The error of one who is told nothing now, since it has not returned. */
  TimeoutException stillOut() {
    return new TimeoutException(
        name + " has not returned from what it was told before, though it was interrupted");
  }

  /**
   * Tells it something, unless it is out.
   *
   * @param call tells it
   * @return why it was not taken; null if it was
   */
  @Nullable Throwable tell(Runnable call) {
    if (isOut()) {
      return stillOut();
    }
    Call next = new Call(call);
    last = next;
    try {
      return questions.ask(this, LONGEST, next).thrown();
    } catch (TimeoutException e) {
      next.cancel();
      return next.isMade()
          ? new TimeoutException(
              "%s did not return within %d s, and was interrupted"
                  .formatted(name, LONGEST.toSeconds()))
          : e;
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // No thread could be made: better told for as long as it takes than not told.
      return next.isMade() ? e : next.call().thrown();
    } catch (Throwable e) {
      next.cancel();
      Interrupts.keep(e);
      return e;
    }
  }

  /** How a call went. */
  private record Answer(@Nullable Throwable thrown) {}

  private enum State {
    NEW,
    CANCELLED,
    UNDER_WAY,
    OVER
  }

  /** One call, which is made once or not at all. */
  private static final class Call implements Callable<Answer> {

    private final Runnable call;
    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

    Call(Runnable call) {
      this.call = call;
    }

    boolean isUnderWay() {
      return state.get() == State.UNDER_WAY;
    }

    /** Whether it is or was under way. */
    boolean isMade() {
      State now = state.get();
      return now == State.UNDER_WAY || now == State.OVER;
    }

    /** Has no effect on a call that has begun. */
    void cancel() {
      state.compareAndSet(State.NEW, State.CANCELLED);
    }

    @Override
    public Answer call() {
      if (!state.compareAndSet(State.NEW, State.UNDER_WAY)) {
        return new Answer(new IllegalStateException("nobody waits for this call any more"));
      }
      try {
        call.run();
        return new Answer(null);
      } catch (Throwable e) {
        Interrupts.keep(e);
        return new Answer(e);
      } finally {
        state.set(State.OVER);
      }
    }
  }
}
