package dev.ingest.store.jdbc;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.WaitingNotice;
import dev.ingest.spi.notice.NoticeKind;
import dev.ingest.spi.notice.OwnerNotice;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The statements on notices to owners. */
final class NoticeTable {

  /** The columns of a notice, in the order of {@link #bind}; the others begin with defaults. */
  static final List<String> VALUES =
      List.of("owner", "id", "ordinal", "transition", "kind", "at", "root", "text");

  private static final String INSERT =
      "INSERT INTO @notices (" + String.join(", ", VALUES) + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String COLUMNS =
      "SELECT n.owner, n.id, n.ordinal, n.transition, n.kind, n.at, n.root, n.text, n.due_at,"
          + " n.aside, n.tries, n.refused, n.tried_at, n.problem FROM @notices AS n";

  /** The lowest ordinal is asked for row by row, which no plan can turn into a join of all. */
  static final String DUE =
      COLUMNS
          + " WHERE n.aside = 0 AND (n.due_at, n.at, n.owner, n.id) > (?, ?, ?, ?)"
          + " AND n.due_at <= ? AND n.ordinal = (SELECT MIN(e.ordinal) FROM @notices AS e"
          + " WHERE e.owner = n.owner AND e.id = n.id AND e.aside = 0)"
          + " ORDER BY n.due_at, n.at, n.owner, n.id LIMIT ?";

  static final String AHEAD =
      COLUMNS + " WHERE n.aside = 0 AND n.tried_at > ? ORDER BY n.tried_at DESC LIMIT ?";
  static final String ASIDE =
      COLUMNS
          + " WHERE n.aside = 1 AND (n.owner, n.id, n.ordinal) > (?, ?, ?)"
          + " ORDER BY n.owner, n.id, n.ordinal LIMIT ?";
  static final String PENDING = "SELECT COUNT(*) FROM @notices";

  private static final List<String> KEY = List.of("owner", "id", "ordinal", "transition");
  static final String DELETE =
      "DELETE FROM @notices WHERE owner = ? AND id = ? AND ordinal = ? AND transition = ?";
  static final String DELETE_ALL =
      "DELETE FROM @notices AS n USING "
          + ColumnBatch.table("u", KEY)
          + " WHERE n.owner = u.owner AND n.id = u.id AND n.ordinal = u.ordinal"
          + " AND n.transition = u.transition";
  static final String POSTPONE =
      "UPDATE @notices SET due_at = ?, aside = ?, tries = ?, refused = ?, tried_at = ?, problem = ?"
          + " WHERE owner = ? AND id = ? AND ordinal = ? AND transition = ?";

  private NoticeTable() {}

  static void insert(Statements db, OwnerNotice notice) throws SQLException {
    Bound statement = db.sql(INSERT);
    bind(statement, notice);
    statement.changeOne();
  }

  static void bind(Parameters values, OwnerNotice notice) throws SQLException {
    key(values, notice)
        .text(notice.kind().name())
        .time(notice.cause().at())
        .digest(notice.root())
        .text(notice.text());
  }

  private static Parameters key(Parameters values, OwnerNotice notice) throws SQLException {
    return values
        .key(notice.key())
        .number(notice.cause().ordinal())
        .text(notice.cause().transition().value());
  }

  static List<WaitingNotice> untried(Statements db, Optional<WaitingNotice> after, int limit)
      throws SQLException {
    return due(db, after, Long.MIN_VALUE, WaitingNotice.AT_ONCE.toEpochMilli(), limit);
  }

  static List<WaitingNotice> retries(
      Statements db, long now, Optional<WaitingNotice> after, int limit) throws SQLException {
    return due(db, after, WaitingNotice.AT_ONCE.toEpochMilli() + 1, now, limit);
  }

  /** Of the first page an owner's name that is empty, as none is, begins before all of a time. */
  private static List<WaitingNotice> due(
      Statements db, Optional<WaitingNotice> after, long from, long to, int limit)
      throws SQLException {
    Optional<OwnerNotice> notice = after.map(WaitingNotice::notice);
    return db.sql(DUE)
        .number(after.map(waiting -> waiting.dueAt().toEpochMilli()).orElse(from))
        .number(notice.map(one -> one.cause().at().toEpochMilli()).orElse(Long.MIN_VALUE))
        .text(notice.map(one -> one.key().owner().value()).orElse(""))
        .text(notice.map(one -> one.key().id().value()).orElse(""))
        .number(to)
        .number(limit)
        .list(NoticeTable::read);
  }

  static List<WaitingNotice> ahead(Statements db, long now, int limit) throws SQLException {
    return db.sql(AHEAD).number(now).number(limit).list(NoticeTable::read);
  }

  /** An owner's name is never empty, so that the first page begins before all. */
  static List<WaitingNotice> aside(Statements db, Optional<OwnerNotice> after, int limit)
      throws SQLException {
    return db.sql(ASIDE)
        .text(after.map(notice -> notice.key().owner().value()).orElse(""))
        .text(after.map(notice -> notice.key().id().value()).orElse(""))
        .number(after.map(notice -> notice.cause().ordinal()).orElse(0L))
        .number(limit)
        .list(NoticeTable::read);
  }

  /** A server is sent one statement for all; in this process one by one costs no message. */
  static void delete(Statements db, Dialect dialect, List<OwnerNotice> notices)
      throws SQLException {
    if (dialect.inProcess()) {
      for (OwnerNotice notice : notices) {
        Bound statement = db.sql(DELETE);
        key(statement, notice);
        statement.change();
      }
      return;
    }
    ColumnBatch batch = new ColumnBatch();
    for (OwnerNotice notice : notices) {
      key(batch.row(), notice);
    }
    Bound statement = db.sql(DELETE_ALL);
    batch.bind(statement);
    statement.change();
  }

  static void postpone(Statements db, WaitingNotice waiting) throws SQLException {
    WaitingNotice.Tries tries = waiting.tries();
    Bound statement =
        db.sql(POSTPONE)
            .time(waiting.dueAt())
            .flag(waiting.aside())
            .number(tries.made())
            .number(tries.refused())
            .time(tries.last())
            .text(tries.problem());
    key(statement, waiting.notice());
    statement.change();
  }

  private static WaitingNotice read(Row row) throws SQLException {
    SequenceKey key = row.key();
    long ordinal = row.number();
    TransitionId transition = new TransitionId(row.text());
    NoticeKind kind = row.constant(NoticeKind.class);
    OwnerNotice.Cause cause = new OwnerNotice.Cause(transition, ordinal, row.time());
    OwnerNotice notice = new OwnerNotice(cause, kind, key, row.digest(), row.text());
    Instant dueAt = row.time();
    boolean aside = row.flag();
    WaitingNotice.Tries tries =
        new WaitingNotice.Tries(row.integer(), row.integer(), row.optionalTime(), row.text());
    return new WaitingNotice(notice, tries, dueAt, aside);
  }
}
