package dev.ingest.core.engine;

import dev.ingest.core.EngineListener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the listener is still to hear: one piece after the other in the order in which it was given,
 * on an executor, so that a slow listener holds up no commit.
 *
 * <p>Bounded by who gives: a claim counts as in flight until its news has been told, so that a
 * listener which does not keep up slows the claims down instead of filling the memory; and of
 * errors at most {@value #MAX_REPORTS} wait, the others are logged and counted, and the next that
 * is told brings the count. Where the executor takes nothing, the news waits for the next piece or
 * for {@link #resume}, and is never told on the thread that gave it. Thread-safe.
 */
final class News {

  /** How many errors may wait to be told. */
  static final int MAX_REPORTS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(News.class);

  private final Supervisor supervisor;
  private final Object lock = new Object();
  private final Deque<Piece> waiting = new ArrayDeque<>();
  private @Nullable Executor teller;
  private int reports;
  private boolean telling;

  News(Supervisor supervisor) {
    this.supervisor = supervisor;
  }

  private record Piece(Consumer<EngineListener> news, Runnable then, boolean isReport) {}

  /** Sets who tells from now on, whatever else the givers name. */
  void toldBy(Executor executor) {
    synchronized (lock) {
      teller = executor;
    }
  }

  /**
   * Gives a piece of news.
   *
   * @param executor who tells it unless another is set
   * @param news the news
   * @param then run when it has been told
   */
  void give(Executor executor, Consumer<EngineListener> news, Runnable then) {
    synchronized (lock) {
      waiting.add(new Piece(news, then, false));
    }
    resume(executor);
  }

  /** Gives news that no claim bounds, such as an error; drops it if too many such wait. */
  void giveReport(Executor executor, Consumer<EngineListener> news) {
    synchronized (lock) {
      if (reports == MAX_REPORTS) {
        return;
      }
      reports++;
      waiting.add(new Piece(news, () -> {}, true));
    }
    resume(executor);
  }

  /**
   * Has what waits told, if nobody does.
   *
   * @param executor who tells it unless another is set
   */
  void resume(Executor executor) {
    Executor by;
    synchronized (lock) {
      if (telling || waiting.isEmpty()) {
        return;
      }
      telling = true;
      by = teller == null ? executor : teller;
    }
    boolean taken = false;
    try {
      by.execute(this::tell);
      taken = true;
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      LOG.warn("nobody could tell the listener its news; {} pieces wait", size(), e);
    } finally {
      if (!taken) {
        stopTelling();
      }
    }
  }

  int size() {
    synchronized (lock) {
      return waiting.size();
    }
  }

  private void tell() {
    boolean told = false;
    try {
      for (Piece piece = next(); piece != null; piece = next()) {
        boolean wasInterrupted = Thread.currentThread().isInterrupted();
        try {
          supervisor.tell(piece.news());
        } finally {
          Interrupts.restore(wasInterrupted);
          // It gives a place of the node's work back, which no error of a listener may keep.
          piece.then().run();
        }
      }
      told = true;
    } finally {
      if (!told) {
        stopTelling();
      }
    }
  }

  private @Nullable Piece next() {
    synchronized (lock) {
      Piece piece = waiting.poll();
      telling = piece != null;
      reports -= piece != null && piece.isReport() ? 1 : 0;
      return piece;
    }
  }

  private void stopTelling() {
    synchronized (lock) {
      telling = false;
    }
  }
}
