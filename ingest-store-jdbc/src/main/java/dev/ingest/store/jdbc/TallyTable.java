package dev.ingest.store.jdbc;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.spi.ledger.State;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts and bytes per owner and state, kept in the transaction that changes what they count.
 * Counting the rows themselves would make each new session and each census as slow as the owner's
 * past is long.
 */
final class TallyTable {

  /** What open sessions and their reservations are counted under. */
  static final String OPEN = "OPEN";

  static final String OF_OWNER = "SELECT kind, amount, bytes FROM tallies WHERE owner = ?";
  static final String OF_ALL = "SELECT kind, SUM(amount), 0 FROM tallies GROUP BY kind";

  private static final String ADD =
      "INSERT INTO tallies (owner, kind, amount, bytes) VALUES (?, ?, ?, ?)"
          + " ON CONFLICT (owner, kind) DO UPDATE SET amount = tallies.amount + excluded.amount,"
          + " bytes = tallies.bytes + excluded.bytes";
  private static final String TAKE =
      "UPDATE tallies SET amount = amount - ?, bytes = bytes - ? WHERE owner = ? AND kind = ?";

  private record Tally(String kind, long amount, long bytes) {}

  private TallyTable() {}

  static void add(Statements db, OwnerId owner, String kind, long amount, long bytes)
      throws SQLException {
    db.sql(ADD).text(owner.value()).text(kind).number(amount).number(bytes).changeOne();
  }

  static void take(Statements db, OwnerId owner, String kind, long amount, long bytes)
      throws SQLException {
    db.sql(TAKE).number(amount).number(bytes).text(owner.value()).text(kind).changeOne();
  }

  /** Counts an entry under its new state instead of its old one. */
  static void move(Statements db, Optional<Entry> before, Entry after) throws SQLException {
    long bytes = after.receipt().manifest().bytes();
    OwnerId owner = after.key().owner();
    if (before.isPresent()) {
      Entry old = before.get();
      if (old.state() == after.state() && old.receipt().manifest().bytes() == bytes) {
        return;
      }
      take(db, owner, old.state().name(), 1, old.receipt().manifest().bytes());
    }
    add(db, owner, after.state().name(), 1, bytes);
  }

  static OwnerUsage usage(Statements db, OwnerId owner) throws SQLException {
    long sessions = 0;
    long reserved = 0;
    long held = 0;
    for (Tally tally : ofOwner(db, owner)) {
      if (tally.kind().equals(OPEN)) {
        sessions = tally.amount();
        reserved = tally.bytes();
      } else if (holdsRaw(State.valueOf(tally.kind()))) {
        held = Saturated.sum(held, tally.bytes());
      }
    }
    return new OwnerUsage(sessions, reserved, held);
  }

  private static boolean holdsRaw(State state) {
    return switch (state) {
      case EXPIRED, DISCARDED -> false;
      case ACCEPTED, PROCESSING, PROCESSED, VERIFIED, EXPIRING, FAILED, DISCARDING, LOST -> true;
    };
  }

  static Census census(Statements db, Optional<OwnerId> owner, Instant asOf) throws SQLException {
    Map<State, Long> counts = new EnumMap<>(State.class);
    long sessions = 0;
    for (Tally tally : owner.isPresent() ? ofOwner(db, owner.get()) : ofAll(db)) {
      if (tally.kind().equals(OPEN)) {
        sessions = tally.amount();
      } else if (tally.amount() > 0) {
        counts.put(State.valueOf(tally.kind()), tally.amount());
      }
    }
    return new Census(counts, sessions, asOf);
  }

  private static List<Tally> ofOwner(Statements db, OwnerId owner) throws SQLException {
    return db.sql(OF_OWNER).text(owner.value()).list(TallyTable::read);
  }

  private static List<Tally> ofAll(Statements db) throws SQLException {
    return db.sql(OF_ALL).list(TallyTable::read);
  }

  private static Tally read(Row row) throws SQLException {
    return new Tally(row.text(), row.number(), row.number());
  }
}
