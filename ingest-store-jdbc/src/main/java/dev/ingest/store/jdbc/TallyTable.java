package dev.ingest.store.jdbc;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.CensusCount;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.State;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts and bytes per owner and state, kept in the transaction that changes what they count.
 * Counting the rows themselves would make each new session and each census as slow as the owner's
 * past is long.
 *
 * <p>An owner has one tally for all sequences in flight, which a claim leaves alone; their states
 * are told apart under the empty owner, who stands for all, and for one owner by counting the rows
 * of work, which are no more than what is in flight. Where a dialect appends tallies, an increment
 * is a row of its own until somebody adds it up, and every reader adds up what is left. An
 * increment that counts entries of an owner counts them in the hourly census too ({@link
 * CensusTable}).
 */
final class TallyTable {

  /** What open sessions and their reservations are counted under. */
  static final String OPEN = "OPEN";

  private static final String IN_FLIGHT = "IN_FLIGHT";
  private static final String ALL = "";

  static final String OF_OWNER =
      "SELECT kind, SUM(amount), SUM(bytes) FROM @tallies WHERE owner = ? GROUP BY kind";
  static final String OF_OWNER_APPENDED =
      "SELECT kind, SUM(amount), LEAST(SUM(bytes), 9223372036854775807) FROM (SELECT kind, amount,"
          + " bytes FROM @tallies WHERE owner = ? UNION ALL SELECT kind, amount, bytes"
          + " FROM @tally_increments WHERE owner = ?) AS known GROUP BY kind";
  static final String IN_FLIGHT_OF_OWNER =
      "SELECT state, COUNT(*), 0 FROM @work WHERE owner = ?"
          + " AND state IN ('ACCEPTED', 'PROCESSING', 'PROCESSED') GROUP BY state";

  private static final String APPEND =
      "INSERT INTO @tally_increments (owner, kind, amount, bytes, hour, pipeline, entered,"
          + " published) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String ADD =
      "INSERT INTO @tallies AS t (owner, kind, amount, bytes) VALUES (?, ?, ?, ?)"
          + " ON CONFLICT (owner, kind) DO UPDATE SET amount = t.amount + excluded.amount,"
          + " bytes = t.bytes + excluded.bytes";
  private static final String TAKE =
      "UPDATE @tallies SET amount = amount - ?, bytes = bytes - ? WHERE owner = ? AND kind = ?";

  private record Tally(String kind, long amount, long bytes) {}

  /**
   * What else an increment counts.
   *
   * @param key the cell of the hourly census
   * @param entered how many entries came into the cell, or left it if negative
   * @param published of how many FAILED or LOST the publication stands
   */
  private record Cell(CensusKey key, long entered, long published) {

    static Cell of(Entry entry, long entered) {
      CensusCounts counts = CensusCounts.of(entry);
      return new Cell(
          CensusKey.of(entry),
          entered,
          counts.count(CensusCount.FAILED_PUBLISHED) + counts.count(CensusCount.LOST_PUBLISHED));
    }

    Cell negated() {
      return new Cell(key, -entered, -published);
    }
  }

  private TallyTable() {}

  /** Counts a session that opens, or more room that it reserves. */
  static void open(Statements db, Dialect dialect, OwnerId owner, long sessions, long bytes)
      throws SQLException {
    add(db, dialect, owner.value(), OPEN, sessions, bytes);
    if (sessions != 0) {
      add(db, dialect, ALL, OPEN, sessions, 0);
    }
  }

  /** Counts a session that closes. */
  static void close(Statements db, Dialect dialect, OwnerId owner, long bytes) throws SQLException {
    take(db, dialect, owner.value(), OPEN, 1, bytes);
    take(db, dialect, ALL, OPEN, 1, 0);
  }

  private static void add(
      Statements db, Dialect dialect, String owner, String kind, long amount, long bytes)
      throws SQLException {
    if (dialect.appendsTallies()) {
      append(db, owner, new Tally(kind, amount, bytes), Optional.empty());
    } else {
      db.sql(ADD).text(owner).text(kind).number(amount).number(bytes).changeOne();
    }
  }

  private static void append(Statements db, String owner, Tally tally, Optional<Cell> cell)
      throws SQLException {
    db.sql(APPEND)
        .text(owner)
        .text(tally.kind())
        .number(tally.amount())
        .number(tally.bytes())
        .number(cell.map(one -> one.key().number()))
        .text(cell.map(one -> one.key().pipeline()))
        .number(cell.map(Cell::entered))
        .number(cell.map(Cell::published))
        .changeOne();
  }

  private static void take(
      Statements db, Dialect dialect, String owner, String kind, long amount, long bytes)
      throws SQLException {
    if (dialect.appendsTallies()) {
      add(db, dialect, owner, kind, -amount, -bytes);
    } else {
      db.sql(TAKE).number(amount).number(bytes).text(owner).text(kind).changeOne();
    }
  }

  /** Counts an entry under its new state instead of its old one, also in the hourly census. */
  static void move(Statements db, Dialect dialect, Optional<Entry> before, Entry after)
      throws SQLException {
    if (dialect.appendsTallies()) {
      append(db, before, after);
    } else {
      change(db, dialect, before, after);
      CensusTable.move(db, before, after);
    }
    Optional<State> old = before.map(Entry::state);
    if (!old.equals(Optional.of(after.state()))) {
      if (old.isPresent()) {
        take(db, dialect, ALL, old.get().name(), 1, 0);
      }
      add(db, dialect, ALL, after.state().name(), 1, 0);
    }
  }

  private static void change(Statements db, Dialect dialect, Optional<Entry> before, Entry after)
      throws SQLException {
    String owner = after.key().owner().value();
    Tally tally = of(after);
    if (before.isPresent() && !of(before.get()).equals(tally)) {
      Tally old = of(before.get());
      take(db, dialect, owner, old.kind(), 1, old.bytes());
    }
    if (before.isEmpty() || !of(before.get()).equals(tally)) {
      add(db, dialect, owner, tally.kind(), 1, tally.bytes());
    }
  }

  private static void append(Statements db, Optional<Entry> before, Entry after)
      throws SQLException {
    String owner = after.key().owner().value();
    boolean enters = before.map(CensusKey::of).filter(CensusKey.of(after)::equals).isEmpty();
    Tally tally = of(after);
    Cell cell = Cell.of(after, enters ? 1 : 0);
    if (before.isPresent()) {
      Tally old = of(before.get());
      Cell left = Cell.of(before.get(), enters ? 1 : 0);
      if (old.equals(tally) && left.equals(cell)) {
        return;
      }
      append(db, owner, new Tally(old.kind(), -1, -old.bytes()), Optional.of(left.negated()));
    }
    append(db, owner, tally, Optional.of(cell));
  }

  private static Tally of(Entry entry) {
    return new Tally(kindOf(entry.state()), 1, entry.receipt().manifest().bytes());
  }

  /** Names what sequences of a state are counted under for their owner. */
  static String kindOf(State state) {
    return state.isInFlight() ? IN_FLIGHT : state.name();
  }

  static OwnerUsage usage(Statements db, Dialect dialect, OwnerId owner) throws SQLException {
    long sessions = 0;
    long reserved = 0;
    long held = 0;
    for (Tally tally : of(db, dialect, owner.value())) {
      if (tally.kind().equals(OPEN)) {
        sessions = tally.amount();
        reserved = tally.bytes();
      } else if (holdsRaw(tally.kind())) {
        held = Saturated.sum(held, tally.bytes());
      }
    }
    return new OwnerUsage(sessions, reserved, held);
  }

  private static boolean holdsRaw(String kind) {
    return kind.equals(IN_FLIGHT)
        || switch (State.valueOf(kind)) {
          case EXPIRED, DISCARDED, LOST -> false;
          case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, EXPIRING, FAILED, DISCARDING -> true;
        };
  }

  static Census census(Statements db, Dialect dialect, Optional<OwnerId> owner, Instant asOf)
      throws SQLException {
    Map<State, Long> counts = new EnumMap<>(State.class);
    long sessions = 0;
    List<Tally> tallies = new ArrayList<>(of(db, dialect, owner.map(OwnerId::value).orElse(ALL)));
    if (owner.isPresent()) {
      tallies.removeIf(tally -> tally.kind().equals(IN_FLIGHT));
      tallies.addAll(db.sql(IN_FLIGHT_OF_OWNER).text(owner.get().value()).list(TallyTable::read));
    }
    for (Tally tally : tallies) {
      if (tally.kind().equals(OPEN)) {
        sessions = tally.amount();
      } else if (tally.amount() != 0) {
        counts.put(State.valueOf(tally.kind()), tally.amount());
      }
    }
    return new Census(counts, sessions, asOf);
  }

  private static List<Tally> of(Statements db, Dialect dialect, String owner) throws SQLException {
    Bound statement =
        dialect.appendsTallies()
            ? db.sql(OF_OWNER_APPENDED).text(owner).text(owner)
            : db.sql(OF_OWNER).text(owner);
    return statement.list(TallyTable::read);
  }

  private static Tally read(Row row) throws SQLException {
    return new Tally(row.text(), row.number(), row.number());
  }
}
