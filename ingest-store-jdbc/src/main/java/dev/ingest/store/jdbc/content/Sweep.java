package dev.ingest.store.jdbc.content;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Removes bodies that no key will ever name, in bounded transactions.
 *
 * <p>A body is doomed first, which its writer cannot undo and notices, and its chunks go after
 * that. One sweep works at a time, behind the lock of the schema's version: others would wait for
 * the same rows in another order.
 */
final class Sweep {

  /** 32 MiB of chunks of the usual size: a moment for the database, and for whom it delays. */
  static final int CHUNKS = 64;

  private static final int BODIES = 1_000;

  private static final String ALONE =
      "SELECT value FROM content_meta WHERE name = 'schema_version'{lock}";

  /**
   * Few, so that no plan reads all chunks for the sake of these; what a key names is left alone.
   */
  private static final String SOME_DOOMED =
      "(SELECT l.body FROM content_loose l WHERE l.state = 'DOOMED'"
          + " AND NOT EXISTS (SELECT 1 FROM content_keys k WHERE k.body = l.body)"
          + " ORDER BY l.body LIMIT "
          + CHUNKS
          + ") d";

  /** The order of a cross join is what SQLite keeps to. */
  private static final String DELETE_CHUNKS =
      "DELETE FROM content_chunks WHERE (body, ordinal) IN (SELECT c.body, c.ordinal FROM "
          + SOME_DOOMED
          + " CROSS JOIN content_chunks c WHERE c.body = d.body LIMIT "
          + CHUNKS
          + ")";

  private static final String DELETE_BODIES =
      "DELETE FROM content_loose WHERE body IN (SELECT d.body FROM "
          + SOME_DOOMED
          + " WHERE NOT EXISTS (SELECT 1 FROM content_chunks c WHERE c.body = d.body))";
  private static final String FIND_ABANDONED =
      "SELECT body FROM content_loose WHERE state <> 'DOOMED' AND touched_at < {now} - ?"
          + " AND body > ? ORDER BY body LIMIT ?";
  private static final String DOOM_ABANDONED =
      "UPDATE content_loose SET state = 'DOOMED'"
          + " WHERE state <> 'DOOMED' AND touched_at < {now} - ? AND body BETWEEN ? AND ?";

  /** All that may meet many rows. */
  static final List<String> STATEMENTS =
      List.of(DELETE_CHUNKS, DELETE_BODIES, FIND_ABANDONED, DOOM_ABANDONED);

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
    List<Long> found = sql.list(FIND_ABANDONED, row -> row.getLong(1), millis, last, BODIES);
    if (found.isEmpty()) {
      return -1;
    }
    long greatest = found.get(found.size() - 1);
    sql.change(DOOM_ABANDONED, millis, found.get(0), greatest);
    return greatest;
  }

  /** Removes all that is doomed. */
  void doomed() {
    boolean more = true;
    while (more) {
      more = database.stage("remove bodies without a key", Sweep::step);
    }
  }

  private static boolean step(Sql sql) throws SQLException {
    sql.first(ALONE, row -> row.getString(1));
    int chunks = sql.change(DELETE_CHUNKS);
    int bodies = sql.change(DELETE_BODIES);
    return chunks > 0 || bodies > 0;
  }
}
