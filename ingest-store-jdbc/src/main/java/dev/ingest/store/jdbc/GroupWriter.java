package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that changes the database.
 *
 * <p>A database that allows one writer at a time lets many writers wait unfairly and pay a sync
 * each. Here callers queue instead, and each transaction takes all that has queued since the one
 * before, up to {@link #MAX_WEIGHT}: the slower the disk, the larger the groups, and nobody waits
 * for a group to fill. Callers learn of nothing before the commit that made it durable has
 * returned.
 *
 * <p>The thread is a daemon named {@code ingest-ledger-writer} and ends in {@link #close()}, which
 * lets the running group finish and fails what is still queued.
 */
final class GroupWriter implements AutoCloseable {

  /** About how many rows one transaction changes, unless a single call changes more. */
  static final int MAX_WEIGHT = 200;

  /** How many calls may queue; further callers wait to get in. */
  static final int MAX_QUEUED = 1_024;

  private final Dialect dialect;
  private final Errors errors;
  private final Thread thread;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicReference<@Nullable SQLException> closing = new AtomicReference<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Deque<Call<?>> queue = new ArrayDeque<>();
  private volatile boolean closed;

  /** Owned by the thread; null after an error, until the next group opens another. */
  private @Nullable Statements connection;

  GroupWriter(Dialect dialect, Errors errors, Statements connection) {
    this.dialect = dialect;
    this.errors = errors;
    this.connection = connection;
    thread = new Thread(this::work, "ingest-ledger-writer");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Returns how many transactions were committed. */
  long commits() {
    return commits.get();
  }

  /** Returns how many calls are queued. */
  int queued() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Queues a call, waiting for room if the queue is full. */
  void submit(Call<?> call) {
    lock.lock();
    try {
      while (queue.size() >= MAX_QUEUED && !closed) {
        room.await();
      }
      if (closed) {
        throw errors.closed(call.what());
      }
      queue.add(call);
      arrived.signal();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw errors.interrupted(call.what(), e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the thread. Idempotent.
   *
   * @throws LedgerException if the connection did not close cleanly; it is gone all the same
   */
  @Override
  public void close() {
    shut();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    SQLException failure = closing.getAndSet(null);
    if (failure != null) {
      throw errors.unread("close the connection for changes", failure);
    }
  }

  private void shut() {
    List<Call<?>> refused;
    lock.lock();
    try {
      closed = true;
      refused = List.copyOf(queue);
      queue.clear();
      arrived.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    for (Call<?> call : refused) {
      call.fail(errors.closed(call.what()));
    }
  }

  private void work() {
    try {
      for (List<Call<?>> group = take(); !group.isEmpty(); group = take()) {
        write(group);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      shut();
      discard(null);
    }
  }

  /** Waits for calls; returns none once the writer is closed. */
  private List<Call<?>> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && !closed) {
        arrived.await();
      }
      List<Call<?>> group = new ArrayList<>();
      int weight = 0;
      for (Call<?> next = queue.peek(); next != null; next = queue.peek()) {
        weight += next.weight();
        if (!group.isEmpty() && weight > MAX_WEIGHT) {
          break;
        }
        group.add(queue.remove());
      }
      room.signalAll();
      return group;
    } finally {
      lock.unlock();
    }
  }

  private void write(List<Call<?>> group) {
    boolean committing = false;
    try {
      Statements db = connection();
      dialect.begin(db, () -> !closed);
      long now = dialect.nowMillis(db);
      for (Call<?> call : group) {
        call.apply(db, now);
      }
      committing = true;
      db.run("COMMIT");
    } catch (SQLException | RuntimeException e) {
      discard(e);
      for (Call<?> call : group) {
        call.fail(failure(call, committing, e));
      }
      return;
    } catch (Error e) {
      for (Call<?> call : group) {
        call.fail(errors.rethrown(call.what(), e));
      }
      throw e;
    }
    commits.incrementAndGet();
    group.forEach(Call::complete);
  }

  private LedgerException failure(Call<?> call, boolean committing, Exception cause) {
    return committing ? errors.unknown(call.what(), cause) : errors.rolledBack(call.what(), cause);
  }

  private Statements connection() throws SQLException {
    Statements open = connection;
    if (open == null) {
      open = dialect.openWriter();
      connection = open;
    }
    return open;
  }

  /**
   * Closes the connection, which rolls back what is not committed. After an error nothing about it
   * is trusted any more, and the next group starts on a new one.
   */
  private void discard(@Nullable Exception cause) {
    Statements open = connection;
    connection = null;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (SQLException e) {
      if (cause == null) {
        closing.set(e);
      } else {
        cause.addSuppressed(e);
      }
    }
  }
}
