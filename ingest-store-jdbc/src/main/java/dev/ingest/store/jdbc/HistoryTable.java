package dev.ingest.store.jdbc;

import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.TransitionKind;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The statements on the append-only table of history rows. */
final class HistoryTable {

  static final String LIST =
      "SELECT owner, id, ordinal, transition, kind, at, from_state, to_state, actor, detail,"
          + " previous, hash FROM @history WHERE owner = ? AND id = ? AND ordinal > ?"
          + " AND ordinal > COALESCE((SELECT ordinal FROM @history_checkpoints"
          + " WHERE owner = ? AND id = ?), 0)"
          + " ORDER BY ordinal LIMIT ?";
  static final String FIND =
      "SELECT transition FROM @history WHERE owner = ? AND id = ? AND ordinal = ? AND at = ?";
  static final String CHECKPOINT =
      "SELECT ordinal, hash FROM @history_checkpoints WHERE owner = ? AND id = ?";

  /**
   * Keeps the ends of what goes, of rows that are put in for the %s: one checkpoint per sequence,
   * which only ever moves on.
   *
   * <p>A checkpoint stays as long as the entry of its sequence, and so for ever: by it a chain
   * whose first rows were dropped is told from one that someone has cut off. That is one row of
   * some 150 bytes per sequence that lost history, however often it lost some.
   */
  static final String KEEP_ENDS =
      "INSERT INTO @history_checkpoints AS c (owner, id, ordinal, hash)"
          + " SELECT DISTINCT ON (owner, id) owner, id, ordinal, hash FROM %s"
          + " ORDER BY owner, id, ordinal DESC ON CONFLICT (owner, id) DO UPDATE"
          + " SET ordinal = excluded.ordinal, hash = excluded.hash"
          + " WHERE c.ordinal < excluded.ordinal";

  /** The columns of a row but for its key, in the order of {@link #bind}. */
  static final List<String> VALUES =
      List.of(
          "ordinal",
          "transition",
          "kind",
          "at",
          "from_state",
          "to_state",
          "actor",
          "detail",
          "previous",
          "hash");

  private static final String INSERT =
      "INSERT INTO @history (owner, id, "
          + String.join(", ", VALUES)
          + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private HistoryTable() {}

  static void append(Statements db, HistoryRow row) throws SQLException {
    Bound statement = db.sql(INSERT).key(row.key());
    bind(statement, row);
    statement.changeOne();
  }

  static void bind(Parameters values, HistoryRow row) throws SQLException {
    values
        .number(row.link().ordinal())
        .text(row.step().transition().value())
        .text(row.step().kind().name())
        .time(row.step().at())
        .text(row.from().map(State::name))
        .text(row.to().name())
        .text(row.note().actor())
        .text(row.note().detail())
        .digest(row.link().previous())
        .digest(row.link().hash());
  }

  /** Binds what a row has beyond its entry: all but ordinal, state after and hash. */
  static void bindRest(Parameters values, HistoryRow row) throws SQLException {
    values
        .text(row.step().transition().value())
        .text(row.step().kind().name())
        .time(row.step().at())
        .text(row.from().map(State::name))
        .text(row.note().actor())
        .text(row.note().detail())
        .digest(row.link().previous());
  }

  /** Tells whether exactly this row's transition wrote the row at its place. */
  static boolean contains(Statements db, HistoryRow row) throws SQLException {
    return db.sql(FIND)
        .key(row.key())
        .number(row.link().ordinal())
        .time(row.step().at())
        .first(found -> new TransitionId(found.text()))
        .filter(row.step().transition()::equals)
        .isPresent();
  }

  static ChainHead checkpoint(Statements db, SequenceKey key) throws SQLException {
    return db.sql(CHECKPOINT)
        .key(key)
        .first(row -> new ChainHead(row.number(), row.digest()))
        .orElse(ChainHead.EMPTY);
  }

  static List<HistoryRow> list(Statements db, SequenceKey key, long afterOrdinal, int limit)
      throws SQLException {
    return db.sql(LIST)
        .key(key)
        .number(afterOrdinal)
        .key(key)
        .number(limit)
        .list(HistoryTable::read);
  }

  private static HistoryRow read(Row row) throws SQLException {
    SequenceKey key = row.key();
    long ordinal = row.number();
    HistoryRow.Step step =
        new HistoryRow.Step(
            new TransitionId(row.text()), row.constant(TransitionKind.class), row.time());
    Optional<State> from = row.optionalText().map(State::valueOf);
    State to = row.constant(State.class);
    HistoryRow.Note note = new HistoryRow.Note(row.text(), row.text());
    HistoryRow.Link link = new HistoryRow.Link(ordinal, row.digest(), row.digest());
    return new HistoryRow(key, step, from, to, note, link);
  }
}
