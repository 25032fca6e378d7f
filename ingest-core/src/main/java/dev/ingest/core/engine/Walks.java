package dev.ingest.core.engine;

import dev.ingest.core.engine.StoredSet.Cursor;
import dev.ingest.core.engine.StoredSet.Located;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Walks through stored sets, of which code of somebody else's may begin any number and need end
 * none. Each holds the store open, so {@value #MOST_OPEN} do at most: one that came to its end does
 * no longer, and where more are begun, the one that was used longest ago is read to its end, which
 * proves its root, and closed. If it is asked again, it is read again as far as it had come.
 *
 * <p>A walk is for one thread; what is open may be closed by another.
 */
final class Walks implements AutoCloseable {

  /** How many hold the store open. */
  static final int MOST_OPEN = 16;

  private final Supplier<RuntimeException> late;
  private final Deque<Walk> open = new ArrayDeque<>();
  private boolean isClosed;

  /**
   * @param late what is thrown at whoever still reads when all was closed
   */
  Walks(Supplier<RuntimeException> late) {
    this.late = late;
  }

  /** Begins a walk with the cursors of a set, from its first item. */
  Walk begin(Supplier<Cursor> opening) {
    Walk walk = new Walk(opening);
    walk.cursor();
    return walk;
  }

  /** One walk. */
  final class Walk implements Iterator<Located> {

    private final Supplier<Cursor> opening;
    private @Nullable Cursor cursor;
    private boolean hasMore = true;
    private long given;

    private Walk(Supplier<Cursor> opening) {
      this.opening = opening;
    }

    @Override
    public boolean hasNext() {
      return hasMore;
    }

    @Override
    public Located next() {
      if (!hasMore) {
        throw new NoSuchElementException("all items were given");
      }
      Located located = cursor().next();
      given++;
      endIfOver();
      return located;
    }

    private Cursor cursor() {
      Cursor used = cursor;
      if (used == null) {
        used = opening.get();
        cursor = used;
        use(this);
        for (long skipped = 0; skipped < given; skipped++) {
          used.next();
        }
        endIfOver();
      } else {
        use(this);
      }
      return used;
    }

    private void endIfOver() {
      Cursor used = cursor;
      if (used != null && !used.hasNext()) {
        hasMore = false;
        forget(this);
        closeCursor();
      }
    }

    /** Reads what is left, as its root is compared at its end alone. */
    private void finish() {
      Cursor used = cursor;
      while (used != null && used.hasNext()) {
        used.next();
      }
    }

    private void closeCursor() {
      Cursor used = cursor;
      cursor = null;
      if (used != null) {
        used.close();
      }
    }
  }

  private void use(Walk walk) {
    Optional<Walk> oldest = Optional.empty();
    boolean isLate;
    synchronized (this) {
      isLate = isClosed;
      open.remove(walk);
      open.addLast(walk);
      if (open.size() > MOST_OPEN) {
        oldest = Optional.of(open.removeFirst());
      }
    }
    if (isLate) {
      close();
      throw late.get();
    }
    if (oldest.isPresent()) {
      try {
        oldest.get().finish();
      } finally {
        oldest.get().closeCursor();
      }
    }
  }

  private synchronized void forget(Walk walk) {
    open.remove(walk);
  }

  private synchronized List<Walk> opened() {
    return List.copyOf(open);
  }

  /** Reads each that is open to its end. */
  void finish() {
    opened().forEach(Walk::finish);
  }

  /** Closes all that is open; throws what the first threw that could not be closed. */
  @Override
  public void close() {
    List<Walk> left;
    synchronized (this) {
      isClosed = true;
      left = List.copyOf(open);
      open.clear();
    }
    Missed missed = new Missed();
    left.forEach(walk -> missed.attempt(walk::closeCursor));
    missed.rethrow();
  }
}
