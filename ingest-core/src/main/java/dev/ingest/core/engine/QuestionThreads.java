package dev.ingest.core.engine;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks each question on a thread of its own, so that one that is never answered holds up nobody for
 * longer than its time.
 *
 * <p>Java can end no thread that does not want to end. One that goes on is interrupted, and stays
 * lost until its question returns. So that this is bounded, each of those who are asked has a
 * number of threads at most; when all of them are lost, it is asked no more until one comes back,
 * and every question to it has no answer at once. Others have threads of their own. Threads that
 * nobody needs end after ten seconds. Thread-safe.
 */
public final class QuestionThreads implements Seams.Questions {

  private static final long IDLE_SECONDS = 10;

  private final int mostEach;
  private final Map<Object, Semaphore> free = new ConcurrentHashMap<>();
  private final Executor threads;

  /**
   * Creates it; no thread runs yet.
   *
   * @param mostEach how many threads each one that is asked has at most, 1 or more
   */
  public QuestionThreads(int mostEach) {
    this(mostEach, threads(new AtomicInteger()));
  }

  /**
   * Creates it.
   *
   * @param mostEach how many threads each one that is asked has at most, 1 or more
   * @param threads begins everything that it is given, however late, or throws
   */
  QuestionThreads(int mostEach, Executor threads) {
    this.mostEach = mostEach;
    this.threads = threads;
  }

  private static Executor threads(AtomicInteger count) {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        body -> EngineThreads.thread("ingest-question-" + count.incrementAndGet(), body));
  }

  @Override
  public <T> T ask(Object who, Duration longest, Callable<T> question) throws Exception {
    Semaphore room = free.computeIfAbsent(who, asked -> new Semaphore(mostEach));
    if (!room.tryAcquire()) {
      throw new TimeoutException(
          "%d earlier questions have not returned either, though they were interrupted"
              .formatted(mostEach));
    }
    Place place = new Place(room);
    FutureTask<T> answer =
        new FutureTask<>(
            () -> {
              try {
                return question.call();
              } finally {
                // Before whoever asks has the answer, as the next question may come at once.
                place.free();
              }
            });
    boolean isAsked = false;
    try {
      threads.execute(() -> answer(answer, place));
      isAsked = true;
    } finally {
      if (!isAsked) {
        place.free();
      }
    }
    try {
      return answer.get(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new TimeoutException("it was interrupted, and is asked again later");
    } catch (ExecutionException e) {
      throw thrown(Objects.requireNonNullElse(e.getCause(), e));
    } finally {
      answer.cancel(true);
    }
  }

  /**
   * Gives the room back when the question returns, however late, and not when it is cancelled; one
   * that was cancelled before its thread came to it is not asked, and returns at once.
   */
  private static void answer(FutureTask<?> question, Place place) {
    try {
      question.run();
    } finally {
      place.free();
    }
  }

  /** The place of one question, which is given back once. */
  private static final class Place {

    private final Semaphore room;
    private final AtomicBoolean isFree = new AtomicBoolean();

    Place(Semaphore room) {
      this.room = room;
    }

    void free() {
      if (isFree.compareAndSet(false, true)) {
        room.release();
      }
    }
  }

  /** An interrupt of the question is none of whoever asks. */
  private static Exception thrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof InterruptedException || !(cause instanceof Exception other)
        ? new IllegalStateException("the question was interrupted", cause)
        : other;
  }
}
