package dev.ingest.store.jdbc.content;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Removes bodies that no key will ever name, in bounded transactions.
 *
 * <p>A body is doomed first, which its writer cannot undo and notices, and its chunks go after
 * that. Each transaction begins by taking the rows of its bodies that nobody else holds, and
 * touches nothing else: sweeps side by side share the work, none waits for another, and what
 * another has taken counts as done. If that one stops in the middle, a later sweep finds its bodies
 * again.
 */
final class Sweep {

  /** 32 MiB of chunks of the usual size: a moment for the database, and for whom it delays. */
  static final int CHUNKS = 64;

  private static final int BODIES = 1_000;

  /** What a key names is left alone. */
  private static final String TAKE_DOOMED =
      "SELECT l.body FROM content_loose l WHERE l.state = 'DOOMED'"
          + " AND NOT EXISTS (SELECT 1 FROM content_keys k WHERE k.body = l.body)"
          + " ORDER BY l.body LIMIT ?{free}";

  private static final String DELETE_CHUNKS =
      "DELETE FROM content_chunks WHERE (body, ordinal) IN (SELECT c.body, c.ordinal"
          + " FROM content_chunks c WHERE c.body {bodies} LIMIT "
          + CHUNKS
          + ")";

  private static final String DELETE_BODIES =
      "DELETE FROM content_loose WHERE body {bodies} AND NOT EXISTS"
          + " (SELECT 1 FROM content_chunks c WHERE c.body = content_loose.body)";
  private static final String TAKE_ABANDONED =
      "SELECT body FROM content_loose WHERE state <> 'DOOMED' AND touched_at < {now} - ?"
          + " AND body > ? ORDER BY body LIMIT ?{free}";
  private static final String DOOM_ABANDONED =
      "UPDATE content_loose SET state = 'DOOMED'"
          + " WHERE state <> 'DOOMED' AND touched_at < {now} - ? AND body {bodies}";

  /** All that may meet many rows. */
  static final List<String> STATEMENTS =
      List.of(TAKE_DOOMED, DELETE_CHUNKS, DELETE_BODIES, TAKE_ABANDONED, DOOM_ABANDONED);

  private final ContentDatabase database;

  Sweep(ContentDatabase database) {
    this.database = database;
  }

  /** Dooms what writers have not touched for so long, and removes all that is doomed. */
  void abandoned(Duration after) {
    long millis = after.toMillis();
    long last = 0;
    while (last >= 0) {
      long from = last;
      last = database.stage("doom what was abandoned", sql -> doomSome(sql, millis, from));
    }
    doomed();
  }

  private static long doomSome(Sql sql, long millis, long last) throws SQLException {
    List<Long> found = sql.list(TAKE_ABANDONED, row -> row.getLong(1), millis, last, BODIES);
    if (found.isEmpty()) {
      return -1;
    }
    sql.change(DOOM_ABANDONED, millis, sql.bodies(found));
    return found.get(found.size() - 1);
  }

  /** Removes all that is doomed and that no other sweep is removing. */
  void doomed() {
    boolean more = true;
    while (more) {
      more = database.stage("remove bodies without a key", Sweep::step);
    }
  }

  private static boolean step(Sql sql) throws SQLException {
    List<Long> taken = sql.list(TAKE_DOOMED, row -> row.getLong(1), CHUNKS);
    if (taken.isEmpty()) {
      return false;
    }
    String bodies = sql.bodies(taken);
    int chunks = sql.change(DELETE_CHUNKS, bodies);
    return sql.change(DELETE_BODIES, bodies) + chunks > 0;
  }
}
