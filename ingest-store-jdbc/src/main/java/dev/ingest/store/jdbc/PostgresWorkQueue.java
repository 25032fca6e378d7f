package dev.ingest.store.jdbc;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.WorkQueue;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The leases, each call one statement; where rows of several leases are locked just then, one more
 * for these, a few times until 2 s are over, after which they are unknown.
 *
 * <p>A claim looks once into each lane, in turn and from its floor (see {@link LaneTurn}), until it
 * has found as many with something due as it wants entries; takes its share of each, the longest
 * due first, skipping what another claim has locked just now; and leases what it took. Lanes and
 * rows are chosen in materialized subqueries with limits of their own. A subquery inside an {@code
 * IN} could be run again for every row that is updated, each time finding others: with stale
 * statistics that claims more than was asked for.
 *
 * <p>A row that was changed after the statement began is locked in its newest version, while the
 * entry beside it is read as it was at the beginning. Such a row is left for the next claim: its
 * versions differ, and a mark that was set meanwhile would otherwise be missing from what is handed
 * out and be undone by the commit that follows.
 *
 * <p>Leases that are changed together never wait for a row while they keep others. A commit of
 * several statements locks rows in the order of its statements, and leases in any order could wait
 * for each other with it until the server undoes one of the two; and all that is beside a row that
 * somebody keeps would wait for it. One lease alone keeps nothing while it waits, and does.
 */
final class PostgresWorkQueue implements WorkQueue {

  private static final Logger LOG = System.getLogger(PostgresWorkQueue.class.getName());

  private static final String FREE =
      "(w.lease_until IS NULL OR w.lease_until <= (SELECT millis FROM t))";

  private static final String CLAIM =
      "WITH t AS MATERIALIZED (SELECT "
          + PostgresDialect.NOW
          + " AS millis), lanes AS MATERIALIZED (SELECT l.queue, l.floor FROM unnest(?, ?) AS l (queue, floor)"
          + " CROSS JOIN LATERAL (SELECT 1 FROM @work w WHERE w.queue = l.queue"
          + " AND w.visible_at >= l.floor AND w.visible_at <= (SELECT millis FROM t) AND "
          + FREE
          + " LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) AS waiting LIMIT ?),"
          + " share AS MATERIALIZED"
          + " (SELECT (? + COUNT(*) - 1) / GREATEST(COUNT(*), 1) AS most FROM lanes),"
          + " due AS MATERIALIZED (SELECT d.* FROM lanes CROSS JOIN LATERAL"
          + " (SELECT w.owner, w.id, w.version, w.state, w.fence, w.visible_at, w.lease_until,"
          + " w.lease_incarnation, w.lease_node, w.lease_node_version FROM @work w WHERE w.queue = lanes.queue"
          + " AND w.visible_at >= lanes.floor AND w.visible_at <= (SELECT millis FROM t) AND "
          + FREE
          + " ORDER BY w.visible_at"
          + " LIMIT (SELECT most FROM share) FOR NO KEY UPDATE SKIP LOCKED) AS d LIMIT ?),"
          + " claimed AS (UPDATE @work w SET state = CASE w.state WHEN 'ACCEPTED' THEN"
          + " 'PROCESSING' ELSE w.state END, version = w.version + 1,"
          + " lease_until = t.millis + ?, fence = w.fence + 1, attempts = w.attempts + 1,"
          + " lease_incarnation = ?, lease_node = ?, lease_node_version = ?"
          + " FROM due, t WHERE w.owner = due.owner AND w.id = due.id"
          + " AND w.version = due.version"
          + " RETURNING w.*, due.state AS old_state, due.visible_at AS old_visible_at,"
          + " due.fence AS old_fence, due.lease_until AS old_lease_until, due.lease_incarnation AS old_lease_incarnation,"
          + " due.lease_node AS old_lease_node, due.lease_node_version AS old_lease_node_version),"
          + " counted AS (INSERT INTO @tally_increments (owner, kind, amount, bytes)"
          + " SELECT '', kind, sign * amount, 0 FROM (SELECT COUNT(*) AS amount FROM claimed"
          + " WHERE old_state = 'ACCEPTED') AS moved CROSS JOIN"
          + " (VALUES ('ACCEPTED', -1), ('PROCESSING', 1)) AS kinds (kind, sign)"
          + " WHERE amount > 0) SELECT "
          + TakenWork.COLUMNS
          + EntryColumns.MERGED
          + ", w.old_visible_at, w.old_fence, w.old_lease_until, w.old_lease_incarnation,"
          + " w.old_lease_node, w.old_lease_node_version FROM claimed w"
          + " JOIN @entries e ON e.owner = w.owner AND e.id = w.id";

  private static final String HELD =
      "u AS MATERIALIZED (SELECT * FROM "
          + ColumnBatch.table("x", List.of("owner", "id", "incarnation", "fence"))
          + ")";

  /** Those whose rows are had; how they are waited for is left open. */
  private static final String HAD =
      "had AS MATERIALIZED (SELECT u.* FROM u JOIN @work w ON w.owner = u.owner AND w.id = u.id"
          + " AND w.fence = u.fence AND w.lease_incarnation = u.incarnation"
          + " WHERE u.incarnation = ? ORDER BY u.place FOR NO KEY UPDATE OF w%s)";

  private static final String IS_HAD =
      " FROM had, t WHERE w.owner = had.owner AND w.id = had.id AND w.fence = had.fence"
          + " AND w.lease_incarnation = had.incarnation";

  /** The last column tells whether the lease was held when the statement began. */
  private static final String JUDGED =
      " SELECT u.place, d.place IS NOT NULL, e.owner IS NOT NULL, COALESCE(w.fence, e.fence, 0),"
          + " w.lease_incarnation, COALESCE(w.fence = u.fence"
          + " AND w.lease_incarnation = u.incarnation AND u.incarnation = ?, FALSE)"
          + " FROM u LEFT JOIN done d ON d.place = u.place"
          + " LEFT JOIN @entries e ON e.owner = u.owner AND e.id = u.id"
          + " LEFT JOIN @work w ON w.owner = u.owner AND w.id = u.id";

  private static final String TIME =
      "t AS MATERIALIZED (SELECT " + PostgresDialect.NOW + " AS millis)";

  private static final Leases RENEW =
      Leases.by(
          "renew",
          ", done AS (UPDATE @work w SET lease_until = t.millis + ?"
              + IS_HAD
              + " RETURNING had.place)");

  private static final Leases HAND_BACK =
      Leases.by(
          "hand back",
          ", done AS (UPDATE @work w SET state = CASE w.state WHEN 'PROCESSING' THEN 'ACCEPTED'"
              + " ELSE w.state END, version = w.version + 1, visible_at = t.millis, attempts ="
              + " GREATEST(w.attempts - 1, 0), lease_until = NULL, lease_incarnation = NULL,"
              + " lease_node = NULL, lease_node_version = NULL"
              + IS_HAD
              + " RETURNING had.place, w.state), counted AS (INSERT INTO @tally_increments (owner,"
              + " kind, amount, bytes) SELECT '', kind, sign * amount, 0 FROM (SELECT COUNT(*) AS"
              + " amount FROM done WHERE state = 'ACCEPTED') AS moved CROSS JOIN (VALUES"
              + " ('PROCESSING', -1), ('ACCEPTED', 1)) AS kinds (kind, sign) WHERE amount > 0)");

  /** After how long leases whose rows were locked are tried again; 2 s in all. */
  private static final int[] PAUSE_MILLIS = {5, 20, 75, 200, 400, 600, 700};

  private static final Comparator<Found> LONGEST_DUE_FIRST =
      Comparator.comparing(Found::dueSince).thenComparing(found -> found.claimed().entry().key());

  private final ServerDatabase database;
  private final Life life;
  private final PostgresListener listener;
  private final WorkQueue rows;
  private final LaneTurns turns = new LaneTurns();

  PostgresWorkQueue(ServerDatabase database, Life life, PostgresListener listener) {
    this.database = database;
    this.life = life;
    this.listener = listener;
    rows = new SqlWorkQueue(database, life, database::leasesPastLocks);
  }

  private record Found(Instant dueSince, long visibleAt, Claimed claimed) {}

  /**
   * What changes leases.
   *
   * @param what the word for it
   * @param waiting the statement for one, which waits for its row
   * @param passing the statement for several, which passes by the rows that are locked
   */
  private record Leases(String what, String waiting, String passing) {

    static Leases by(String what, String change) {
      String text = "WITH " + TIME + ", " + HELD + ", " + HAD + change + JUDGED;
      return new Leases(what, text.formatted(""), text.formatted(" SKIP LOCKED"));
    }
  }

  @Override
  public List<Claimed> claim(ClaimRequest request) {
    if (request.work().isEmpty()) {
      return database.query("claim nothing", db -> List.of());
    }
    LaneTurn turn = turns.of(request.work());
    LaneTurn.Turn lanes = turn.next();
    List<Found> found = found(request, lanes);
    if (found.isEmpty() && lanes.isFloored()) {
      lanes = lanes.fromBottom();
      found = found(request, lanes);
    }
    turn.took(
        lanes,
        found.stream()
            .collect(
                Collectors.toMap(
                    one -> Lanes.of(one.claimed().entry()), Found::visibleAt, Math::max)));
    if (found.size() < request.limit()) {
      turn.forget();
    }
    database.appended(2);
    return found.stream().sorted(LONGEST_DUE_FIRST).map(Found::claimed).toList();
  }

  private List<Found> found(ClaimRequest request, LaneTurn.Turn lanes) {
    String what = "claim up to " + request.limit() + " entries for " + request.node();
    String incarnation = life.latest().value();
    List<Found> found = new ArrayList<>();
    List<TakenWork> taken =
        database.single(
            what,
            db -> {
              found.clear();
              Bound claim = db.sql(CLAIM);
              claim
                  .number(database.dialect().givenMillis())
                  .numbers(Arrays.stream(lanes.lanes()).boxed().toArray(Long[]::new))
                  .numbers(Arrays.stream(lanes.floors()).boxed().toArray(Long[]::new))
                  .number(request.limit())
                  .number(request.limit())
                  .number(request.limit())
                  .number(Millis.plus(0, request.lease()))
                  .text(incarnation)
                  .text(request.node().value())
                  .text(request.nodeVersion());
              return claim
                  .listsAfterFirst(row -> TakenWork.read(row, it -> found.add(read(it))))
                  .get(0);
            });
    List<TakenWork> unread = taken.stream().filter(one -> one.problem().isPresent()).toList();
    if (!unread.isEmpty()) {
      LedgerException told = givenBack(what, unread, request.lease(), incarnation);
      if (found.isEmpty()) {
        throw told;
      }
      // What is beside it goes on; whoever reads all entries fails at the row, and says so as well.
      LOG.log(Level.WARNING, told.getMessage());
    }
    return found;
  }

  private LedgerException givenBack(
      String what, List<TakenWork> unread, Duration wait, String incarnation) {
    try {
      long given =
          database.single(
              "give back what cannot be read of a claim",
              db ->
                  TakenWork.giveBack(
                      db, unread, database.dialect().givenMillis(), wait, incarnation));
      database.appended(2);
      return unread(
          what,
          unread,
          "%d of the %d that cannot be read are given back without an attempt"
              .formatted(given, unread.size()));
    } catch (LedgerException e) {
      LedgerException told =
          unread(what, unread, "giving back failed as well, which costs each an attempt");
      told.addSuppressed(e);
      return told;
    }
  }

  private LedgerException unread(String what, List<TakenWork> unread, String end) {
    String which =
        unread.stream()
            .map(one -> one.problem().orElseThrow().getMessage())
            .collect(Collectors.joining("; "));
    return new LedgerException(
        "%s could not %s: %s; %s; %s"
            .formatted(database.dialect().name(), what, which, end, UnreadableRowException.ADVICE),
        unread.get(0).problem().orElseThrow());
  }

  private static Found read(Row row) throws SQLException {
    Entry entry = EntryColumns.read(row);
    Instant visibleAt = row.time();
    long fence = row.number();
    Optional<Lease> before = EntryColumns.readLease(row, fence);
    Instant dueSince = before.map(Lease::until).orElse(visibleAt);
    return new Found(dueSince, Millis.of(visibleAt), new Claimed(entry, before));
  }

  @Override
  public List<Outcome> renew(List<Held> held, Duration lease) {
    return each(RENEW, held, Optional.of(Millis.plus(0, lease)), all -> rows.renew(all, lease));
  }

  @Override
  public List<Outcome> handBack(List<Held> held) {
    List<Outcome> outcomes = each(HAND_BACK, held, Optional.empty(), rows::handBack);
    database.appended(2);
    if (outcomes.stream().anyMatch(Outcome::isApplied)) {
      database.hints().give();
    }
    return outcomes;
  }

  /** Changes all together or, if somebody keeps the whole table, row by row once it is free. */
  private List<Outcome> each(
      Leases leases,
      List<Held> held,
      Optional<Long> lease,
      Function<List<Held>, List<Outcome>> byRows) {
    database.checkBatch(held);
    if (held.isEmpty()) {
      return database.query(leases.what() + " no leases", db -> List.of());
    }
    try {
      return together(leases, held, lease);
    } catch (LedgerException e) {
      if (held.size() == 1 || !ServerDatabase.isLocked(e.getCause())) {
        throw e;
      }
      return byRows.apply(held);
    }
  }

  private List<Outcome> together(Leases leases, List<Held> held, Optional<Long> lease) {
    String sql = held.size() == 1 ? leases.waiting() : leases.passing();
    Map<Held, Outcome> outcomes = new HashMap<>(change(leases.what(), sql, held, lease));
    for (int pause : PAUSE_MILLIS) {
      List<Held> locked = held.stream().filter(one -> !outcomes.containsKey(one)).toList();
      if (locked.isEmpty()) {
        break;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pause));
      try {
        outcomes.putAll(change(leases.what(), sql, locked, lease));
      } catch (LedgerException e) {
        // What was changed before is told as such, whatever becomes of the others.
        locked.forEach(one -> outcomes.put(one, new Outcome.Unknown(e)));
      }
    }
    return held.stream()
        .map(
            one ->
                outcomes.computeIfAbsent(
                    one,
                    left -> new Outcome.Unknown(database.passedBy(leases.what() + " " + left))))
        .toList();
  }

  /** Returns what became of all but those whose rows were locked. */
  private Map<Held, Outcome> change(
      String what, String sql, List<Held> held, Optional<Long> lease) {
    List<Held> ordered = held.stream().sorted(Comparator.comparing(Held::key)).toList();
    return database.singleOfRenewals(
        what + " " + held.size() + " leases",
        db -> {
          ColumnBatch batch = new ColumnBatch();
          for (Held one : ordered) {
            batch
                .row()
                .key(one.key())
                .text(one.token().incarnation().value())
                .number(one.token().fence());
          }
          Map<Held, Outcome> outcomes = new HashMap<>();
          String incarnation = life.latest().value();
          Bound statement = db.sql(sql);
          statement.number(database.dialect().givenMillis());
          batch.bind(statement);
          statement.text(incarnation);
          if (lease.isPresent()) {
            statement.number(lease.get());
          }
          statement.text(incarnation);
          statement.listsAfterFirst(row -> judge(row, ordered, outcomes));
          return outcomes;
        });
  }

  private static boolean judge(Row row, List<Held> held, Map<Held, Outcome> outcomes)
      throws SQLException {
    int place = row.integer() - 1;
    boolean applied = row.truth();
    boolean known = row.truth();
    long fence = row.number();
    Optional<String> holder = row.optionalText();
    boolean wasHeld = row.truth();
    Held one = held.get(place);
    if (!applied && wasHeld) {
      return false;
    }
    Outcome outcome =
        applied
            ? Outcome.APPLIED
            : known
                ? Outcome.notApplied(
                    Reason.FENCED,
                    one.key()
                        + ": expected lease "
                        + one.token()
                        + ", found "
                        + holder.map(incarnation -> incarnation + "/" + fence).orElse("none")
                        + " after fence "
                        + fence
                        + "; drop this work")
                : Outcome.notApplied(Reason.ABSENT, one.key() + ": expected an entry, found none");
    outcomes.put(one, outcome);
    return true;
  }

  @Override
  public Subscription onArrival(Runnable hint) {
    listener.start();
    return database.hints().add(hint);
  }
}
