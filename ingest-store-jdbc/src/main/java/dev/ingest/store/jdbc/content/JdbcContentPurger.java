package dev.ingest.store.jdbc.content;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.Permit;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;

/**
 * Deletes under permits: all keys in one transaction, which dooms their bodies, and the chunks
 * after that in bounded steps, which need not be durable: the next deletion or opening goes on.
 */
final class JdbcContentPurger implements ContentPurger {

  private static final String LOCK =
      "SELECT key FROM content_keys WHERE key {these} ORDER BY key{lock}";
  private static final String DOOM =
      "INSERT INTO content_loose (body, state, writer, key, length, digest, touched_at)"
          + " SELECT body, 'DOOMED', 'purge', key, length, digest, {now} FROM content_keys"
          + " WHERE key {these}";

  /** One that was published since the statement before is not deleted with the others. */
  private static final String HIDE =
      "DELETE FROM content_keys WHERE key {these}"
          + " AND EXISTS (SELECT 1 FROM content_loose l WHERE l.body = content_keys.body)";

  private final ContentDatabase database;
  private final Sweep sweep;

  JdbcContentPurger(ContentDatabase database) {
    this.database = database;
    this.sweep = new Sweep(database);
  }

  @Override
  public List<Outcome> delete(Permit permit) {
    List<String> keys = permit.keys().stream().map(ContentKey::value).distinct().toList();
    String what = "delete " + keys.size() + " keys below " + permit.scope();
    database.commit(what, sql -> hide(sql, sql.these(keys)));
    sweep(what);
    return Collections.nCopies(permit.keys().size(), Outcome.APPLIED);
  }

  private static int hide(Sql sql, String keys) throws SQLException {
    sql.list(LOCK, row -> "", keys);
    int doomed = sql.change(DOOM, keys);
    int hidden = sql.change(HIDE, keys);
    if (doomed != hidden) {
      throw new SQLException("doomed " + doomed + " bodies, but deleted " + hidden + " keys");
    }
    return hidden;
  }

  private void sweep(String what) {
    try {
      sweep.doomed();
    } catch (ContentException e) {
      throw new ContentException(
          database.name()
              + ": could "
              + what
              + ", but not free all of their space: "
              + e.getMessage()
              + "; delete them again, or sweep",
          e);
    }
  }
}
