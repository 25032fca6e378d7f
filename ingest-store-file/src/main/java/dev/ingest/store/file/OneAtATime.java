package dev.ingest.store.file;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps two threads out of what is for one at a time, and lets any thread end it.
 *
 * <p>An end takes nothing from under a call: while one is under way it only marks, and the call
 * releases as it leaves what was in use. No lock, and no memory for a call. Safe for several
 * threads.
 */
final class OneAtATime {

  private static final int IDLE = 0;
  private static final int BUSY = 1;
  private static final int ENDED = 2;

  private final AtomicInteger state = new AtomicInteger(IDLE);

  /** Begins a call; false if another is under way, or if this {@link #isEnded() has ended}. */
  boolean begin() {
    return state.compareAndSet(IDLE, BUSY);
  }

  /** Ends a call that has begun; true if it has to release what was in use. */
  boolean leave() {
    return !state.compareAndSet(BUSY, IDLE);
  }

  /** Lets no other call begin; true if none is under way, so that the caller has to release. */
  boolean end() {
    return state.getAndSet(ENDED) == IDLE;
  }

  boolean isEnded() {
    return state.get() == ENDED;
  }
}
