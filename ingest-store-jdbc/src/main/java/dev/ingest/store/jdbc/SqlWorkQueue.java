package dev.ingest.store.jdbc;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.Outcome.Reason;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.Lease;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.WorkQueue;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The leases, in the rows of work.
 *
 * <p>A claim first reads which rows are due, lane by lane from the index alone, and then leases
 * each by its key and version. One statement that updates what a limited subquery finds would not
 * tell whose lease was taken over, and where rows are locked one by one it can claim more than the
 * limit.
 */
final class SqlWorkQueue implements WorkQueue {

  static final String LANE_DUE =
      "SELECT visible_at FROM @work WHERE queue = ? AND visible_at <= ?"
          + " AND (lease_until IS NULL OR lease_until <= ?) ORDER BY visible_at LIMIT 1";
  static final String DUE =
      "SELECT COALESCE(lease_until, visible_at), owner, id FROM @work WHERE queue = ?"
          + " AND visible_at <= ? AND (lease_until IS NULL OR lease_until <= ?)"
          + " ORDER BY visible_at, owner, id LIMIT ?";

  private static final String LEASE =
      "UPDATE @work SET state = ?, version = version + 1, lease_until = ?, fence = ?,"
          + " lease_incarnation = ?, lease_node = ?, lease_node_version = ?, attempts = ?"
          + " WHERE owner = ? AND id = ? AND version = ?";
  static final String RENEW =
      "UPDATE @work SET lease_until = ?"
          + " WHERE owner = ? AND id = ? AND fence = ? AND lease_incarnation = ?";
  private static final String HAND_BACK =
      "UPDATE @work SET state = ?, version = version + 1, visible_at = ?,"
          + " lease_until = NULL, lease_incarnation = NULL, lease_node = NULL, lease_node_version = NULL, attempts = ?"
          + " WHERE owner = ? AND id = ? AND version = ?";

  private final Database database;
  private final Life life;
  private final Together together;
  private final LaneTurns turns = new LaneTurns();

  SqlWorkQueue(Database database, Life life) {
    this(database, life, database::outcomes);
  }

  /** Creates one that applies the elements of a batch in its own way. */
  SqlWorkQueue(Database database, Life life, Together together) {
    this.database = database;
    this.life = life;
    this.together = together;
  }

  /** Applies elements in one transaction, as {@link Database#outcomes} does. */
  @FunctionalInterface
  interface Together {

    List<Outcome> apply(String what, List<Change<Outcome>> changes);
  }

  private record Due(long visibleAt, SequenceKey key) {

    static final Comparator<Due> LONGEST_FIRST =
        Comparator.comparingLong(Due::visibleAt).thenComparing(Due::key);
  }

  @Override
  public List<Claimed> claim(ClaimRequest request) {
    LaneTurn turn = turns.of(request.work());
    LaneTurn.Turn lanes = turn.next();
    List<Claimed> leased =
        database.change(
            "claim up to " + request.limit() + " entries for " + request.node(),
            request.limit(),
            (db, now) -> {
              List<Claimed> claimed = new ArrayList<>();
              for (Due due : due(db, request, lanes, now)) {
                lease(db, request, now, due.key()).ifPresent(claimed::add);
              }
              return claimed;
            });
    turn.took(
        lanes,
        leased.stream()
            .collect(
                Collectors.toMap(
                    one -> Lanes.of(one.entry()), one -> LaneTurn.BOTTOM, (one, other) -> one)));
    return leased;
  }

  private static List<Due> due(Statements db, ClaimRequest request, LaneTurn.Turn turn, long now)
      throws SQLException {
    List<Long> lanes = new ArrayList<>();
    for (long lane : turn.lanes()) {
      if (lanes.size() < request.limit() && isDue(db, lane, now)) {
        lanes.add(lane);
      }
    }
    List<Due> all = new ArrayList<>();
    for (long lane : lanes) {
      int share = (request.limit() + lanes.size() - 1) / lanes.size();
      int most = Math.min(share, request.limit() - all.size());
      if (most > 0) {
        all.addAll(
            db.sql(DUE)
                .number(lane)
                .number(now)
                .number(now)
                .number(most)
                .list(row -> new Due(row.number(), row.key())));
      }
    }
    all.sort(Due.LONGEST_FIRST);
    return all;
  }

  private static boolean isDue(Statements db, long lane, long now) throws SQLException {
    return db.sql(LANE_DUE).number(lane).number(now).number(now).first(Row::number).isPresent();
  }

  /** Leases an entry, unless somebody else took or settled it after it was found due. */
  private Optional<Claimed> lease(Statements db, ClaimRequest request, long now, SequenceKey key)
      throws SQLException {
    Entry due = stored(db, key).orElseThrow(() -> new SQLException("no entry of " + key));
    Position before = due.position();
    if (!due.isQueued() || Millis.of(before.visibleAt()) > now) {
      return Optional.empty();
    }
    State state = before.state() == State.ACCEPTED ? State.PROCESSING : before.state();
    Instant until = Instant.ofEpochMilli(Millis.plus(now, request.lease()));
    long fence = before.fence() + 1;
    IncarnationId incarnation = life.latest();
    Lease lease =
        new Lease(new LeaseToken(incarnation, fence), request.node(), request.nodeVersion(), until);
    Entry leased =
        due.with(
            new Position(state, before.version() + 1, until, fence, Optional.of(lease)),
            due.active().withAttempts(due.active().attempts() + 1));
    db.sql(LEASE)
        .text(state.name())
        .time(until)
        .number(fence)
        .text(incarnation.value())
        .text(request.node().value())
        .text(request.nodeVersion())
        .number(leased.active().attempts())
        .key(key)
        .number(before.version())
        .changeOne();
    TallyTable.move(db, database.dialect(), Optional.of(due), leased);
    return Optional.of(new Claimed(leased, before.lease()));
  }

  @Override
  public List<Outcome> renew(List<Held> held, Duration lease) {
    return each("renew", held, (db, now, one) -> renew(db, one, Millis.plus(now, lease)));
  }

  private Outcome renew(Statements db, Held held, long until) throws SQLException {
    IncarnationId incarnation = life.latest();
    boolean current = held.token().incarnation().equals(incarnation);
    if (current) {
      int renewed =
          db.sql(RENEW)
              .number(until)
              .key(held.key())
              .number(held.token().fence())
              .text(incarnation.value())
              .change();
      if (renewed == 1) {
        return Outcome.APPLIED;
      }
    }
    Optional<Entry> stored = stored(db, held.key());
    return stored.isEmpty() ? absent(held.key()) : fenced(stored.get(), held.token());
  }

  @Override
  public List<Outcome> handBack(List<Held> held) {
    List<Outcome> outcomes = each("hand back", held, this::handBack);
    if (outcomes.stream().anyMatch(Outcome::isApplied)) {
      database.hints().give();
    }
    return outcomes;
  }

  private Outcome handBack(Statements db, long now, Held held) throws SQLException {
    Optional<Entry> stored = stored(db, held.key());
    if (stored.isEmpty()) {
      return absent(held.key());
    }
    Entry entry = stored.get();
    if (!holds(entry, held.token(), life.latest())) {
      return fenced(entry, held.token());
    }
    Position before = entry.position();
    State state = before.state() == State.PROCESSING ? State.ACCEPTED : before.state();
    Position free =
        new Position(
            state,
            before.version() + 1,
            Instant.ofEpochMilli(now),
            before.fence(),
            Optional.empty());
    int attempts = Math.max(0, entry.active().attempts() - 1);
    db.sql(HAND_BACK)
        .text(state.name())
        .number(now)
        .number(attempts)
        .key(held.key())
        .number(before.version())
        .changeOne();
    TallyTable.move(db, database.dialect(), stored, entry.withPosition(free));
    return Outcome.APPLIED;
  }

  /** A change for one held lease. */
  @FunctionalInterface
  private interface HeldChange {

    Outcome apply(Statements db, long now, Held held) throws SQLException;
  }

  private List<Outcome> each(String what, List<Held> held, HeldChange change) {
    database.checkBatch(held);
    List<Change<Outcome>> changes = new ArrayList<>(held.size());
    for (Held one : held) {
      changes.add((db, now) -> change.apply(db, now, one));
    }
    return together.apply(what + " " + held.size() + " leases", changes);
  }

  private Optional<Entry> stored(Statements db, SequenceKey key) throws SQLException {
    return EntryTable.findForUpdate(db, database.dialect(), key);
  }

  /** Compares a token with the stored lease; one of an earlier life of the ledger never fits. */
  static boolean holds(Entry entry, LeaseToken token, IncarnationId incarnation) {
    return token.incarnation().equals(incarnation)
        && entry.position().lease().map(Lease::token).filter(token::equals).isPresent();
  }

  static Outcome fenced(Entry stored, LeaseToken token) {
    Position position = stored.position();
    return Outcome.notApplied(
        Reason.FENCED,
        stored.key()
            + ": expected lease "
            + token
            + ", found "
            + position.lease().map(lease -> lease.token().toString()).orElse("none")
            + " after fence "
            + position.fence()
            + "; drop this work");
  }

  private static Outcome absent(SequenceKey key) {
    return Outcome.notApplied(Reason.ABSENT, key + ": expected an entry, found none");
  }

  @Override
  public Subscription onArrival(Runnable hint) {
    return database.hints().add(hint);
  }
}
