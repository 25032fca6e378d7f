package dev.ingest.store.jdbc.content;

import dev.ingest.spi.Digest;
import dev.ingest.spi.content.ContentConflictException;
import dev.ingest.spi.content.ContentDurabilityException;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of one writer between their first byte and their key.
 *
 * <p>Nothing here trusts that what was staged is still there. A crash of the server may have
 * forgotten the last transactions, and a sweep may have doomed all of them: so a chunk goes in only
 * behind the one before it and while its body is being filled, a body becomes whole only with its
 * last chunk, and a commit publishes all bodies that were counted or none. Not for several threads.
 */
final class Staging {

  private static final String BEGIN =
      "INSERT INTO content_loose (state, writer, key, length, digest, touched_at)"
          + " SELECT ?, ?, ?, ?, ?, {now}"
          + " WHERE NOT EXISTS (SELECT 1 FROM content_keys WHERE key = ?)"
          + " AND NOT EXISTS (SELECT 1 FROM content_loose"
          + " WHERE writer = ? AND key = ? AND state <> 'DOOMED') RETURNING body";
  private static final String FIRST_CHUNK =
      "INSERT INTO content_chunks (body, ordinal, bytes) VALUES (?, 0, ?)";
  private static final String NEXT_CHUNK =
      "INSERT INTO content_chunks (body, ordinal, bytes) SELECT l.body, ?, ?"
          + " FROM content_loose l WHERE l.body = ? AND l.writer = ? AND l.state = 'FILLING'"
          + " AND EXISTS (SELECT 1 FROM content_chunks c WHERE c.body = l.body AND c.ordinal = ?)"
          + "{lock}";
  private static final String FINISH =
      "UPDATE content_loose SET state = 'STAGED', length = ?, digest = ?"
          + " WHERE body = ? AND writer = ? AND state = 'FILLING'"
          + " AND EXISTS (SELECT 1 FROM content_chunks WHERE body = ? AND ordinal = ?)";
  private static final String FIND =
      "SELECT 0, body, length, digest FROM content_keys WHERE key = ?"
          + " UNION ALL SELECT 1, body, length, digest FROM content_loose"
          + " WHERE writer = ? AND key = ? AND state <> 'DOOMED' ORDER BY 1";
  private static final String SAME =
      "INSERT INTO content_loose (state, writer, key, length, digest, touched_at)"
          + " VALUES ('SAME', ?, ?, ?, ?, {now})";
  private static final String TOUCH =
      "UPDATE content_loose SET touched_at = {now} WHERE writer = ? AND state <> 'DOOMED'";
  private static final String DOOM_ONE =
      "UPDATE content_loose SET state = 'DOOMED' WHERE body = ? AND writer = ?";
  private static final String DOOM_ALL =
      "UPDATE content_loose SET state = 'DOOMED' WHERE writer = ? AND state <> 'DOOMED'";

  private static final String PUBLISH =
      "INSERT INTO content_keys (key, body, length, digest)"
          + " SELECT key, body, length, digest FROM content_loose"
          + " WHERE writer = ? AND state <> 'DOOMED' AND state = 'STAGED' ORDER BY key"
          + " ON CONFLICT (key) DO NOTHING";
  private static final String FIND_OTHER =
      "SELECT l.key, l.length, l.digest, k.length, k.digest FROM content_loose l"
          + " LEFT JOIN content_keys k ON k.key = l.key"
          + " WHERE l.writer = ? AND l.state <> 'DOOMED'"
          + " AND (k.key IS NULL OR k.length <> l.length OR k.digest <> l.digest)"
          + " ORDER BY l.key LIMIT 1";
  private static final String DOOM_SECOND =
      "UPDATE content_loose SET state = 'DOOMED'"
          + " WHERE writer = ? AND state <> 'DOOMED' AND NOT EXISTS"
          + " (SELECT 1 FROM content_keys k WHERE k.body = content_loose.body)";
  private static final String FORGET =
      "DELETE FROM content_loose" + " WHERE writer = ? AND state <> 'DOOMED' AND state = 'STAGED'";

  /** All that is asked of one writer's rows; to each, SQLite's index needs its own condition. */
  static final List<String> STATEMENTS =
      List.of(
          BEGIN,
          NEXT_CHUNK,
          FINISH,
          FIND,
          TOUCH,
          DOOM_ONE,
          DOOM_ALL,
          PUBLISH,
          FIND_OTHER,
          DOOM_SECOND,
          FORGET);

  private final ContentDatabase database;
  private final String writer;
  private final long touchNanos;
  private final LongSupplier nanos;
  private long touched;
  private int staged;

  /** Touches what it has once per such a time, while it is used. */
  Staging(ContentDatabase database, String writer, Duration touchEvery, LongSupplier nanos) {
    this.database = database;
    this.writer = writer;
    this.touchNanos = touchEvery.toNanos();
    this.nanos = nanos;
    this.touched = nanos.getAsLong();
  }

  /** A body that is stored already, published or staged by this writer. */
  record Stored(Holder holder, boolean own, boolean known) {}

  boolean isEmpty() {
    return staged == 0;
  }

  /**
   * Stages the first chunk of a body, and with its digest the whole of it.
   *
   * @return what it is found by; empty if the key has bytes already
   */
  OptionalLong begin(ContentKey key, byte[] chunk, @Nullable Digest whole) {
    OptionalLong begun =
        database.stage(
            "stage " + key,
            sql -> {
              touchInTime(sql, 0);
              Optional<Long> body =
                  sql.first(
                      BEGIN,
                      row -> row.getLong(1),
                      whole == null ? "FILLING" : "STAGED",
                      writer,
                      key.value(),
                      (long) chunk.length,
                      whole == null ? null : whole.toBytes(),
                      key.value(),
                      writer,
                      key.value());
              if (body.isPresent() && chunk.length > 0) {
                sql.change(FIRST_CHUNK, body.get(), chunk);
              }
              return body.isPresent() ? OptionalLong.of(body.get()) : OptionalLong.empty();
            });
    if (begun.isPresent() && whole != null) {
      staged++;
    }
    return begun;
  }

  void append(ContentKey key, long body, int ordinal, byte[] chunk) {
    database.<Boolean>stage(
        "stage " + key,
        sql -> {
          touchInTime(sql, 1);
          insert(sql, key, body, ordinal, chunk);
          return true;
        });
  }

  /** Makes a body whole, with a last chunk of 0 bytes or more. */
  void finish(ContentKey key, Body body, int chunks, byte[] rest, Digest digest) {
    database.<Boolean>stage(
        "stage " + key,
        sql -> {
          touchInTime(sql, 1);
          int last = chunks - 1;
          if (rest.length > 0) {
            last = chunks;
            insert(sql, key, body.id(), last, rest);
          }
          byte[] bytes = digest.toBytes();
          requireOne(
              sql.change(FINISH, body.length(), bytes, body.id(), writer, body.id(), last), key);
          return true;
        });
    staged++;
  }

  private void insert(Sql sql, ContentKey key, long body, int ordinal, byte[] chunk)
      throws SQLException {
    requireOne(sql.change(NEXT_CHUNK, ordinal, chunk, body, writer, ordinal - 1), key);
  }

  private void requireOne(int changed, ContentKey key) {
    if (changed != 1) {
      throw lost("the bytes of " + key + " that were staged before");
    }
  }

  /** Finds what the body of a key is to be compared with. */
  Optional<Stored> find(ContentKey key) {
    List<Stored> found =
        database.read(
            "look up " + key,
            sql -> sql.list(FIND, row -> stored(key, row), key.value(), writer, key.value()));
    boolean known = found.stream().anyMatch(Stored::own);
    return found.stream().findFirst().map(one -> new Stored(one.holder(), one.own(), known));
  }

  private Stored stored(ContentKey key, ResultSet row) throws SQLException {
    Body body = new Body(row.getLong(2), row.getLong(3));
    return row.getInt(1) == 1
        ? new Stored(Holder.writer(writer, body), true, false)
        : new Stored(Holder.key(key, body, Digest.ofBytes(row.getBytes(4))), false, false);
  }

  /** Remembers that a key was put again, so that the commit finds out whether it is still there. */
  void same(ContentKey key, long length, Digest digest) {
    database.<Boolean>stage(
        "stage " + key,
        sql -> {
          touchInTime(sql, 0);
          sql.change(SAME, writer, key.value(), length, digest.toBytes());
          return true;
        });
    staged++;
  }

  /** Drops a body that was begun. */
  void abandon(ContentKey key, long body) {
    database.stage("drop " + key, sql -> sql.change(DOOM_ONE, body, writer));
    new Sweep(database).doomed();
  }

  /** Drops everything. */
  void abandonAll() {
    database.stage("drop what was not committed", sql -> sql.change(DOOM_ALL, writer));
    staged = 0;
    new Sweep(database).doomed();
  }

  /** Publishes everything in one transaction that is durable on return. */
  void publish() {
    boolean second =
        database.commit(
            "commit " + staged + " keys",
            sql -> {
              if (sql.change(PUBLISH, writer) == staged) {
                requireAll(sql.change(FORGET, writer));
                return false;
              }
              requireSame(sql);
              int doomed = sql.change(DOOM_SECOND, writer);
              requireAll(doomed + sql.change(FORGET, writer));
              return true;
            });
    staged = 0;
    if (second) {
      new Sweep(database).doomed();
    }
  }

  private void requireAll(int found) {
    if (found != staged) {
      throw lost((staged - found) + " of the " + staged + " keys that were put");
    }
  }

  /** Compares what others published under the same keys meanwhile. */
  private void requireSame(Sql sql) throws SQLException {
    Optional<ContentException> other =
        sql.first(
            FIND_OTHER,
            row -> {
              ContentKey key = new ContentKey(row.getString(1));
              if (row.getBytes(5) == null) {
                return deleted(key);
              }
              String put = row.getLong(2) + " bytes " + Digest.ofBytes(row.getBytes(3));
              String found = row.getLong(4) + " bytes " + Digest.ofBytes(row.getBytes(5));
              return conflict(key, found, put);
            },
            writer);
    if (other.isPresent()) {
      throw other.get();
    }
  }

  ContentConflictException conflict(ContentKey key, String stored, String put) {
    return new ContentConflictException(
        database.name()
            + ": "
            + key
            + " holds other bytes: stored "
            + stored
            + ", put "
            + put
            + "; the stored bytes stay, use another key");
  }

  ContentException deleted(ContentKey key) {
    return new ContentException(
        database.name() + ": " + key + " was deleted while it was put; put it again");
  }

  private ContentDurabilityException lost(String what) {
    return new ContentDurabilityException(
        database.name()
            + ": "
            + what
            + " are gone, since the server crashed or the writer was idle for too long; put them"
            + " again through another writer");
  }

  private void touchInTime(Sql sql, int filling) throws SQLException {
    long now = nanos.getAsLong();
    if (staged + filling > 0 && now - touched >= touchNanos) {
      int found = sql.change(TOUCH, writer);
      if (found < staged + filling) {
        throw lost((staged + filling - found) + " of the bodies that were staged");
      }
      touched = now;
    }
  }
}
