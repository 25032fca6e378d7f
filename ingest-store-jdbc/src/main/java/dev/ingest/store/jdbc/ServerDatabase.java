package dev.ingest.store.jdbc;

import dev.ingest.spi.IngestException;
import dev.ingest.spi.Outcome;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database server with many writers. Each call borrows a connection, works on the caller's thread
 * and gives the connection back; nothing of a session is relied upon from one call to the next.
 *
 * <p>A single statement commits by itself, in one round trip. Several statements are a transaction.
 * Both are begun anew a few times where the server asks for that (a deadlock, a serialization
 * failure, a row that someone else inserted first) and has certainly undone everything.
 */
final class ServerDatabase implements Database {

  private static final int MAX_ATTEMPTS = 4;

  /** Of several that change the same at one moment, all but the first begin anew each time. */
  private static final int MAX_ATTEMPTS_AT_ONE_MOMENT = 16;

  /** The most increments of tallies that one change of a row appends. */
  private static final long MOST_APPENDED = 8;

  /**
   * Each statement sees what was committed before it, whatever a pool or a database would have:
   * whoever has waited for a lock reads what its last holder left.
   */
  private static final String BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED";

  /** A node that is stopped in a transaction keeps its rows from others no longer than this. */
  private static final String LETS_GO =
      "SELECT set_config('idle_in_transaction_session_timeout', '3s', true)";

  private static final String WAITS_FOR_ITS_TURN =
      "SELECT set_config('lock_timeout', '50s', true), set_config('statement_timeout', '0', true)";

  /** Whoever waits for a table that readers hold lets no writer pass that comes after. */
  private static final String DOES_NOT_QUEUE = "SELECT set_config('lock_timeout', '2s', true)";

  /**
   * A batch waits for the lock of a row longer than a node keeps one that has stopped within a
   * transaction. Then it waits for no row any more, and the elements whose rows are locked are
   * unknown.
   */
  private static final String COMMIT_WAITS = "4s";

  private static final String CHANGE_WAITS = "8s";

  /** Renewals come again: how long a single one waits for its row, and several for the table. */
  private static final String RENEWAL_WAITS = "2s";

  private static final String PASSES_BY = "SELECT set_config('lock_timeout', '20ms', true)";

  /**
   * What keeps a whole table, as the building of an index does, is waited for once, and only if the
   * batch changes that table.
   */
  private static final String WAITS_FOR_TABLES =
      "SELECT set_config('lock_timeout', '8s', true); LOCK TABLE %s IN ROW EXCLUSIVE MODE";

  private static final String TABLES_OF_COMMITS = "ONLY @work, ONLY @entries, ONLY @history";

  private static final String TABLES_OF_LEASES = "ONLY @work";

  /** The server's word for a lock that was not had in time. */
  private static final String LOCKED = "55P03";

  /** By the server's statistics, partitions added up under the table that they are part of. */
  private static final String DEAD_TUPLES =
      "SELECT COALESCE(whole.relname, part.relname) AS name, SUM(part.n_dead_tup)"
          + " FROM pg_stat_user_tables AS part"
          + " LEFT JOIN pg_inherits AS i ON i.inhrelid = part.relid"
          + " LEFT JOIN pg_class AS whole ON whole.oid = i.inhparent"
          + " WHERE part.schemaname = ANY (current_schemas(false))"
          + " AND starts_with(part.relname, ?) GROUP BY name ORDER BY name";

  /** Deadlock, serialization failure, unique violation. */
  private static final Set<String> AGAIN = Set.of("40P01", "40001", "23505");

  private final ServerConnections connections;
  private final PostgresDialect dialect;
  private final Errors errors;
  private final Hints hints = new Hints();
  private final AtomicLong appended = new AtomicLong();
  private volatile Heads heads;
  private volatile @Nullable SchemaPlace place;

  /** What goes ahead of the first statement, in the same round trip, by how long it waits. */
  private record Heads(String reads, String changes, String commits, String renewals) {

    Heads followedBy(String check) {
      return new Heads(reads + check, changes + check, commits + check, renewals + check);
    }
  }

  ServerDatabase(DataSource source, PostgresDialect dialect) {
    this(source, dialect, Set.of());
  }

  ServerDatabase(DataSource source, PostgresDialect dialect, Set<ServerRisk> accepted) {
    this.dialect = dialect;
    errors = new Errors(dialect);
    connections =
        new ServerConnections(source, dialect, errors, accepted.contains(ServerRisk.READ_REPLICA));
    heads =
        new Heads(
            PostgresDialect.PLAN,
            PostgresDialect.headOfChanges(accepted, CHANGE_WAITS),
            PostgresDialect.headOfChanges(accepted, COMMIT_WAITS),
            PostgresDialect.headOfChanges(accepted, RENEWAL_WAITS));
  }

  @Override
  public PostgresDialect dialect() {
    return dialect;
  }

  @Override
  public Hints hints() {
    return hints;
  }

  ServerConnections connections() {
    return connections;
  }

  /**
   * From now on nothing is read or changed where the names of the tables lead elsewhere. Told once,
   * by the opening.
   */
  void stayAt(SchemaPlace found) {
    String check = found.check(dialect);
    place = found;
    heads = heads.followedBy(check);
  }

  private SQLException told(SQLException error) {
    SchemaPlace known = place;
    return known == null ? error : known.told(error);
  }

  /** Notes rows that were appended to the increments of tallies, or may have been. */
  void appended(long rows) {
    appended.addAndGet(rows);
  }

  /**
   * Returns how many increments were noted since they were last taken, and takes them if enough.
   */
  boolean takeAppended(long enough) {
    long noted = appended.get();
    return noted >= enough && appended.compareAndSet(noted, 0);
  }

  @Override
  public <T> T query(String what, Read<T> read) {
    try (Statements db = connections.borrow(what, heads.reads(), true)) {
      return read.from(db);
    } catch (SQLException e) {
      throw errors.unread(what, told(e));
    }
  }

  @Override
  public Map<String, Long> deadTuples() {
    String prefix = dialect.named("@");
    return query(
        "count dead tuples",
        db -> {
          Map<String, Long> counts = new TreeMap<>();
          db.sql(DEAD_TUPLES)
              .text(prefix)
              .list(row -> counts.put(row.text().substring(prefix.length()), row.number()));
          return counts;
        });
  }

  /**
   * Changes by one statement, which commits by itself. It is isolated as the connection is: it
   * judges the rows that it locks, so that a stricter isolation makes it begin anew more often.
   */
  <T> T single(String what, Read<T> statement) {
    return single(what, heads.changes(), statement);
  }

  /** The same for a batch of transitions. */
  <T> T singleOfCommits(String what, Read<T> statement) {
    return single(what, heads.commits(), statement);
  }

  /** The same for a batch of leases. */
  <T> T singleOfRenewals(String what, Read<T> statement) {
    return single(what, heads.renewals(), statement);
  }

  /** The same for what a crash may undo as a whole: it leaves the commit to the connection. */
  <T> T singleThatMayBeUndone(String what, Read<T> statement) {
    return single(what, "", statement);
  }

  private <T> T single(String what, String ahead, Read<T> statement) {
    for (int attempt = 1; ; attempt++) {
      boolean[] lent = {false};
      try (Statements db = connections.borrow(what, ahead, false)) {
        lent[0] = true;
        return tried(db, statement);
      } catch (SQLException e) {
        if (!lent[0]) {
          throw errors.unread(what, e);
        }
        if (!isCertain(e)) {
          throw errors.unknown(what, e);
        }
        if (attempt == MAX_ATTEMPTS || !AGAIN.contains(String.valueOf(e.getSQLState()))) {
          throw errors.rolledBack(what, told(e));
        }
      }
    }
  }

  private static <T> T tried(Statements db, Read<T> statement) throws SQLException {
    try {
      return statement.from(db);
    } catch (SQLException e) {
      ServerConnections.giveUpIfReadOnly(db, e);
      throw e;
    }
  }

  /** Tells whether the server itself answered with an error, so that nothing was committed. */
  static boolean isCertain(SQLException error) {
    String state = error.getSQLState();
    return state != null
        && !state.startsWith("08")
        && !state.startsWith("57P")
        && !state.equals("40003")
        && !state.startsWith("XX")
        && !state.startsWith("58");
  }

  /** Words that somebody kept the row of an element each time that it was tried. */
  IngestException passedBy(String what) {
    return errors.rolledBack(what, new SQLException("its row was locked each time", LOCKED));
  }

  /** Tells whether somebody kept a lock for longer than it was waited for. */
  static boolean isLocked(@Nullable Throwable error) {
    return error instanceof SQLException sql && LOCKED.equals(sql.getSQLState());
  }

  @Override
  public <T> T read(String what, Read<T> read) {
    try (Statements db = connections.borrow(what, "", true)) {
      try {
        db.runOnce(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + heads.reads() + "; " + LETS_GO);
        T value = read.from(db);
        db.runOnce("COMMIT");
        return value;
      } catch (SQLException | RuntimeException | Error e) {
        ServerConnections.rollBack(db, e);
        throw e;
      }
    } catch (SQLException e) {
      throw errors.unread(what, told(e));
    }
  }

  @Override
  public List<Outcome> outcomes(String what, List<Change<Outcome>> changes) {
    return outcomes(what, changes, "");
  }

  /** The same once somebody was found to keep a lock: no transition waits for a row. */
  List<Outcome> outcomesPastLocks(String what, List<Change<Outcome>> changes) {
    return outcomes(what, changes, WAITS_FOR_TABLES.formatted(TABLES_OF_COMMITS));
  }

  /** The same for leases, which are changed whoever keeps the other tables. */
  List<Outcome> leasesPastLocks(String what, List<Change<Outcome>> changes) {
    return outcomes(what, changes, WAITS_FOR_TABLES.formatted(TABLES_OF_LEASES));
  }

  private List<Outcome> outcomes(String what, List<Change<Outcome>> changes, String pastLocks) {
    boolean isLocked = !pastLocks.isEmpty();
    return transaction(
        what,
        BEGIN,
        heads.commits(),
        MAX_ATTEMPTS,
        db -> {
          appended(MOST_APPENDED * changes.size());
          if (isLocked) {
            db.runOnce(pastLocks);
          }
          Call<Outcome> call =
              new Call<>(errors, what, changes.size(), PastLocks.of(changes, isLocked));
          call.apply(db, dialect.nowMillis(db));
          return call.results().stream().map(result -> result.or(Outcome.Unknown::new)).toList();
        });
  }

  @Override
  public <T> T change(String what, int weight, Change<T> change) {
    appended(MOST_APPENDED);
    return transaction(what, BEGIN, MAX_ATTEMPTS, db -> change.apply(db, dialect.nowMillis(db)));
  }

  @Override
  public <T> T changeAtOneMoment(String what, Change<T> change) {
    return transaction(
        what,
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        MAX_ATTEMPTS_AT_ONE_MOMENT,
        db -> change.apply(db, dialect.nowMillis(db)));
  }

  /** Makes a change of the schema, one process at a time, waiting 2 s at most for each lock. */
  <T> T changeSchema(String what, Read<T> change) {
    return transaction(
        what,
        BEGIN,
        MAX_ATTEMPTS,
        db -> {
          db.runOnce(WAITS_FOR_ITS_TURN);
          db.sql("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")
              .text(dialect.prefix() + "schema")
              .list(row -> what);
          db.runOnce(DOES_NOT_QUEUE);
          return change.from(db);
        });
  }

  /** Elements of one transaction, of which all that follow the first that was locked wait less. */
  private static final class PastLocks {

    private boolean isLocked;

    private PastLocks(boolean isLocked) {
      this.isLocked = isLocked;
    }

    static List<Change<Outcome>> of(List<Change<Outcome>> changes, boolean isLocked) {
      PastLocks locks = new PastLocks(isLocked);
      return changes.stream()
          .<Change<Outcome>>map(change -> (db, now) -> locks.apply(change, db, now))
          .toList();
    }

    private Outcome apply(Change<Outcome> change, Statements db, long now) throws SQLException {
      if (isLocked) {
        db.sql(PASSES_BY).list(Row::text);
      }
      try {
        return change.apply(db, now);
      } catch (SQLException e) {
        isLocked |= isLocked(e);
        throw e;
      }
    }
  }

  private <T> T transaction(String what, String begin, int attempts, Read<T> body) {
    return transaction(what, begin, heads.changes(), attempts, body);
  }

  private <T> T transaction(String what, String begin, String ahead, int attempts, Read<T> body) {
    for (int attempt = 1; ; attempt++) {
      boolean[] committing = {false};
      try (Statements db = connections.borrow(what, "", false)) {
        try {
          db.runOnce(begin + "; " + ahead + "; " + LETS_GO);
          T value = tried(db, body);
          committing[0] = true;
          db.runOnce("COMMIT");
          return value;
        } catch (SQLException | RuntimeException | Error e) {
          ServerConnections.rollBack(db, e);
          throw e;
        }
      } catch (SQLException e) {
        if (committing[0] && !isCertain(e)) {
          throw errors.unknown(what, e);
        }
        if (attempt == attempts || !AGAIN.contains(String.valueOf(e.getSQLState()))) {
          throw errors.rolledBack(what, told(e));
        }
      }
    }
  }

  /** Refuses further calls; those under way finish. The connections belong to their source. */
  @Override
  public void close() {
    connections.close();
  }
}
