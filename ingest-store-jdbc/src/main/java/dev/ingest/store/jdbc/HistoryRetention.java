package dev.ingest.store.jdbc;

import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/**
 * Drops history that is older than it has to be kept, and keeps where what is left of each sequence
 * begins. Entries are not touched, whatever their state.
 */
interface HistoryRetention {

  /** History younger than this stays: by it a repeated transition is recognised. */
  Duration SHORTEST = Duration.ofDays(1);

  /** Drops rows older than a time, and returns how many. */
  long dropBefore(Instant before);

  /** Refuses to drop what is too young. */
  static long checked(Database database, Instant before) {
    long now = database.query("tell the time", db -> database.dialect().nowMillis(db));
    if (Millis.of(before) > Millis.minus(now, SHORTEST)) {
      throw new InvalidValueException(
          Kind.TIME,
          before.toString(),
          "history is kept for " + SHORTEST + " at least, until " + Instant.ofEpochMilli(now));
    }
    return Millis.of(before);
  }

  /** Row by row, in steps that other changes wait for one at a time. */
  record Stepwise(Database database) implements HistoryRetention {

    static final String PAGE =
        "SELECT owner, id, ordinal, at, hash FROM @history WHERE (owner, id, ordinal) > (?, ?, ?)"
            + " ORDER BY owner, id, ordinal LIMIT 1000";
    private static final String DELETE =
        "DELETE FROM @history WHERE owner = ? AND id = ? AND ordinal = ?";
    private static final String CHECKPOINT =
        "INSERT INTO @history_checkpoints (owner, id, ordinal, hash) VALUES (?, ?, ?, ?)"
            + " ON CONFLICT (owner, id) DO UPDATE SET ordinal = excluded.ordinal,"
            + " hash = excluded.hash";

    private record Place(String owner, String id, long ordinal, long at, Digest hash) {}

    /** How far it is: the last row seen, and whether rows of its sequence are still dropped. */
    private record Progress(Place last, boolean dropping, long dropped, boolean more) {}

    @Override
    public long dropBefore(Instant before) {
      long limit = checked(database, before);
      Progress progress = new Progress(new Place("", "", 0, 0, Digest.ofUtf8("")), true, 0, true);
      while (progress.more()) {
        Progress from = progress;
        progress =
            database.change(
                "drop history before " + before,
                GroupWriter.MAX_WEIGHT,
                (db, now) -> step(db, from, limit));
      }
      return progress.dropped();
    }

    private static Progress step(Statements db, Progress from, long limit) throws SQLException {
      Place last = from.last();
      boolean dropping = from.dropping();
      long dropped = from.dropped();
      boolean more = false;
      for (Place row :
          db.sql(PAGE)
              .text(last.owner())
              .text(last.id())
              .number(last.ordinal())
              .list(
                  found ->
                      new Place(
                          found.text(),
                          found.text(),
                          found.number(),
                          found.number(),
                          found.digest()))) {
        boolean same = row.owner().equals(last.owner()) && row.id().equals(last.id());
        dropping = (dropping || !same) && row.at() < limit;
        if (dropping) {
          db.sql(DELETE).text(row.owner()).text(row.id()).number(row.ordinal()).changeOne();
          db.sql(CHECKPOINT)
              .text(row.owner())
              .text(row.id())
              .number(row.ordinal())
              .digest(row.hash())
              .changeOne();
          dropped++;
        }
        last = row;
        more = true;
      }
      return new Progress(last, dropping, dropped, more);
    }
  }
}
