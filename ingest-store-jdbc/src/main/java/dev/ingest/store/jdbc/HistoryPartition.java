package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.LedgerException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * A month of the history that goes, in steps that are each as short as the month is long.
 *
 * <p>First the partition is sealed: it takes no more rows, so that what follows is about rows that
 * stay as they are. Then the end of each sequence is kept, one range of the partition's index after
 * the other, each in a transaction of its own. How far that came, and how many rows it met, stands
 * in {@code meta} and changes with the range, so a dropping that was cut goes on where it ended,
 * and several nodes that drop the same month share the work. A checkpoint that is there early does
 * no harm: it hides rows that are about to go, and the chain goes on behind it. Last the table is
 * dropped, which takes a moment, but under locks that every commit meets.
 *
 * <p>A transition of a sealed month is refused for as long as the month is there. Its time lies a
 * day back at least, so its session or lease is long gone and its guard refuses it before that.
 */
final class HistoryPartition {

  /** The rows of one range, but for what more its last sequence has. */
  static final int PAGE_ROWS = 10_000;

  private static final String PARTITION =
      "SELECT 1 FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid"
          + " WHERE i.inhparent = CAST(? AS regclass) AND c.relname = ?";
  private static final String SEALED =
      "SELECT 1 FROM pg_constraint WHERE conrelid = CAST(? AS regclass) AND conname = 'sealed'";

  /** Not valid for the rows that are there, so that nobody looks at them. */
  private static final String SEAL = "ALTER TABLE %s ADD CONSTRAINT sealed CHECK (false) NOT VALID";

  private static final String BEGIN =
      "INSERT INTO @meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING";
  private static final String READ = "SELECT value FROM @meta WHERE name = ? FOR UPDATE";
  private static final String MOVE = "UPDATE @meta SET value = ? WHERE name = ?";
  private static final String FORGET = "DELETE FROM @meta WHERE name = ?";

  private static final String END =
      "SELECT owner, id FROM %s WHERE (owner, id) > (?, ?) ORDER BY owner, id LIMIT 1 OFFSET ?";
  private static final String LAST =
      "SELECT owner, id FROM %s WHERE (owner, id) > (?, ?) ORDER BY owner DESC, id DESC LIMIT 1";
  private static final String KEEP =
      "WITH page AS MATERIALIZED (SELECT owner, id, ordinal, hash FROM %s"
          + " WHERE (owner, id) > (?, ?) AND (owner, id) <= (?, ?)), kept AS ("
          + HistoryTable.KEEP_ENDS.formatted("page")
          + ") SELECT COUNT(*) FROM page";

  private final ServerDatabase database;
  private final String table;
  private final int pageRows;
  private final String progress;

  /**
   * Names a partition.
   *
   * @param database the ledger's database
   * @param table its name, which becomes part of statements
   * @param pageRows the rows of one range
   */
  HistoryPartition(ServerDatabase database, String table, int pageRows) {
    this.database = database;
    this.table = table;
    this.pageRows = pageRows;
    progress = "dropping " + table;
  }

  /** A sequence of the partition; owners and ids have no spaces. */
  private record Place(String owner, String id) {}

  /** How far it is: so many rows up to and with a place. */
  private record Progress(long rows, Place place) {

    static final Progress NONE = new Progress(0, new Place("", ""));

    static Progress of(String text) {
      String[] parts = text.split(" ", 3);
      return new Progress(Long.parseLong(parts[0]), new Place(parts[1], parts[2]));
    }

    String text() {
      return rows + " " + place.owner() + " " + place.id();
    }
  }

  /**
   * Drops the partition.
   *
   * @return how many rows it had, those that earlier attempts met included; 0 if it is gone already
   * @throws LedgerException if it was not dropped; what was kept stays, and the next attempt goes
   *     on
   */
  long drop() {
    if (!locked("seal", this::seal)) {
      return 0;
    }
    boolean more = true;
    while (more) {
      more = database.change(what("keep where the chains end in"), (db, now) -> keep(db));
    }
    return locked("drop", this::remove);
  }

  private String what(String verb) {
    return verb + " partition " + table + " of the history";
  }

  private <T> T locked(String verb, Database.Read<T> change) {
    return new BriefLocks(database)
        .tryChange(what(verb), change)
        .orElseThrow(
            () ->
                new LedgerException(
                    database.dialect().name()
                        + " could not "
                        + what(verb)
                        + ": other transactions held locks on it for too long, and others waited"
                        + " behind it; its rows stay and nothing is lost; look in pg_locks for who"
                        + " holds it or "
                        + database.dialect().named("@history")
                        + " (a backup, a long read), then drop the history again"));
  }

  private boolean seal(Statements db) throws SQLException {
    if (db.sql(PARTITION)
        .text(database.dialect().named("@history"))
        .text(table)
        .first(Row::number)
        .isEmpty()) {
      return false;
    }
    if (!isSealed(db)) {
      db.runOnce(SEAL.formatted(table));
      // What was kept before says nothing about rows that came since.
      db.sql(FORGET).text(progress).change();
    }
    db.sql(BEGIN).text(progress).text(Progress.NONE.text()).change();
    return true;
  }

  private boolean isSealed(Statements db) throws SQLException {
    return db.sql(SEALED).text(table).first(Row::number).isPresent();
  }

  /** Empty if another node has dropped the partition meanwhile. */
  private Optional<Progress> progress(Statements db) throws SQLException {
    return db.sql(READ).text(progress).first(row -> Progress.of(row.text()));
  }

  /** Keeps the ends of one range, and tells whether there was one. */
  private boolean keep(Statements db) throws SQLException {
    Optional<Progress> read = progress(db);
    if (read.isEmpty()) {
      return false;
    }
    Progress from = read.get();
    Optional<Place> found = place(END, db, from.place(), Optional.of(pageRows - 1L));
    if (found.isEmpty()) {
      found = place(LAST, db, from.place(), Optional.empty());
    }
    if (found.isEmpty()) {
      return false;
    }
    Place to = found.get();
    long rows =
        db.sql(KEEP.formatted(table))
            .text(from.place().owner())
            .text(from.place().id())
            .text(to.owner())
            .text(to.id())
            .number();
    db.sql(MOVE).text(new Progress(from.rows() + rows, to).text()).text(progress).changeOne();
    return true;
  }

  private Optional<Place> place(
      String statement, Statements db, Place after, Optional<Long> skipped) throws SQLException {
    Bound bound = db.sql(statement.formatted(table)).text(after.owner()).text(after.id());
    if (skipped.isPresent()) {
      bound.number(skipped.get());
    }
    return bound.first(row -> new Place(row.text(), row.text()));
  }

  private long remove(Statements db) throws SQLException {
    Optional<Progress> read = progress(db);
    if (read.isEmpty()) {
      return 0;
    }
    Progress reached = read.get();
    if (!isSealed(db) || place(LAST, db, reached.place(), Optional.empty()).isPresent()) {
      throw new LedgerException(
          database.dialect().name()
              + " could not "
              + what("drop")
              + ": expected it sealed and kept to its end, found it changed by hand meanwhile; its"
              + " rows stay; drop the history again, and it is begun anew");
    }
    db.runOnce("DROP TABLE " + table);
    db.sql(FORGET).text(progress).changeOne();
    return reached.rows();
  }
}
