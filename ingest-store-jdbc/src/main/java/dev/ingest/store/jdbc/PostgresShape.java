package dev.ingest.store.jdbc;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.LeaseEffect;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.Position;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.TransitionKind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The transitions that a healthy sequence goes through, each with the one statement that makes any
 * number of them: guards, entry, work, history, alerts, session and tallies together.
 */
enum PostgresShape {
  /** A session's sequence enters the ledger, in flight. */
  ACCEPT(Statement.accept(false)),
  /** The same, with a notice to the owner. */
  ACCEPT_TOLD(Statement.accept(true)),
  /**
   * Leased work is done, and there is more: nothing of its entry changes. It is in flight, or a run
   * is beside its result.
   */
  STAGE_DONE(Statement.stageDone()),
  /** Leased work ends in a state at rest: the row of work goes, and its entry takes it over. */
  SETTLE(Statement.settle(false, false)),
  /** The same, with a notice to the owner. */
  SETTLE_TOLD(Statement.settle(false, true)),
  /** The same, with alerts. */
  STOP(Statement.settle(true, false)),
  /** The same, with alerts and a notice to the owner. */
  STOP_TOLD(Statement.settle(true, true)),
  /**
   * Raw bytes of a VERIFIED sequence are to go, or are gone, and nothing that was replaced is
   * beside its result before or after. No more of it changes than these transitions may change
   * ({@link TransitionKind}), so that no more is sent.
   */
  EXPIRE(Statement.expire()),
  /**
   * A sequence at rest stays so, in this state or another: it is discarded, or its leftovers go. No
   * run is beside its result; what is beside it otherwise, such as what was replaced, is written
   * with it. Not one that was FAILED or LOST, of which the census must know whether its publication
   * stood.
   */
  REST(Statement.rest());

  /** What {@link #REST} does not begin at. */
  private static final Set<State> NOT_AT_REST =
      EnumSet.of(State.ACCEPTED, State.PROCESSING, State.PROCESSED, State.FAILED, State.LOST);

  /** What changes what is beside the primary run, which statements on work leave alone. */
  private static final Set<TransitionKind> BESIDE =
      EnumSet.of(
          TransitionKind.SIDE_RUN_STARTED,
          TransitionKind.REPLACED,
          TransitionKind.COMPARED,
          TransitionKind.SIDE_RUN_FAILED,
          TransitionKind.SIDE_RUN_CANCELLED,
          TransitionKind.SUPERSEDED_RELEASED);

  private final String sql;

  PostgresShape(String sql) {
    this.sql = sql;
  }

  String sql() {
    return sql;
  }

  /** Tells which shape a transition has, if any. */
  static Optional<PostgresShape> of(Transition transition, IncarnationId incarnation) {
    if (BESIDE.contains(transition.row().step().kind())) {
      return Optional.empty();
    }
    boolean queued = transition.after().isQueued();
    boolean told = transition.notice().isPresent();
    Guard guard = transition.guard();
    if (guard instanceof Guard.AtVersion) {
      boolean rests = !queued && transition.row().from().filter(NOT_AT_REST::contains).isEmpty();
      return rests && !told && transition.alerts().isEmpty()
          ? Optional.of(expires(transition) ? EXPIRE : REST)
          : Optional.empty();
    }
    if (transition.lease() != LeaseEffect.END) {
      return Optional.empty();
    }
    if (guard instanceof Guard.Accept) {
      return queued && transition.alerts().isEmpty()
          ? Optional.of(told ? ACCEPT_TOLD : ACCEPT)
          : Optional.empty();
    }
    if (!(guard instanceof Guard.WithLease with)
        || !with.token().incarnation().equals(incarnation)) {
      return Optional.empty();
    }
    if (queued) {
      return transition.row().step().kind() == TransitionKind.STAGE_DONE
              && transition.alerts().isEmpty()
              && !told
          ? Optional.of(STAGE_DONE)
          : Optional.empty();
    }
    return Optional.of(
        transition.alerts().isEmpty() ? (told ? SETTLE_TOLD : SETTLE) : (told ? STOP_TOLD : STOP));
  }

  /** Tells whether a transition is one of the two steps of an expiry, from and to their states. */
  private static boolean expires(Transition transition) {
    Optional<State> from = transition.row().from();
    TransitionKind kind = transition.row().step().kind();
    return transition.lease() == LeaseEffect.END
        && transition.after().published().isPresent()
        && transition.after().beside().superseded().isEmpty()
        && switch (transition.after().state()) {
          case EXPIRING ->
              kind == TransitionKind.EXPIRING && from.equals(Optional.of(State.VERIFIED));
          case EXPIRED ->
              kind == TransitionKind.EXPIRED && from.equals(Optional.of(State.EXPIRING));
          default -> false;
        };
  }

  /** Binds the statement's parameters. */
  void bind(Bound statement, Optional<Long> now, List<Transition> transitions) throws SQLException {
    ColumnBatch batch = new ColumnBatch();
    for (Transition transition : transitions) {
      bindElement(batch.row(), transition);
    }
    batch.bind(statement);
    if (this == ACCEPT || this == ACCEPT_TOLD) {
      statement.number(now);
    } else if (this == STOP || this == STOP_TOLD) {
      bindAlerts(statement, transitions);
    }
    if (this == ACCEPT_TOLD || this == SETTLE_TOLD || this == STOP_TOLD) {
      bindNotices(statement, transitions);
    }
  }

  private void bindElement(ColumnBatch row, Transition transition) throws SQLException {
    Entry after = transition.after();
    row.key(after.key());
    if (this == EXPIRE) {
      bindExpiry(row, transition);
      return;
    }
    long fence = 0;
    if (transition.guard() instanceof Guard.Accept accept) {
      row.number(accept.part());
    } else if (transition.guard() instanceof Guard.AtVersion at) {
      fence = after.position().fence();
      row.number(at.version());
    } else if (transition.guard() instanceof Guard.WithLease with) {
      LeaseToken token = with.token();
      fence = token.fence();
      row.text(token.incarnation().value());
    }
    row.number(Lanes.of(after));
    Position asked = after.position();
    EntryColumns.bindProgress(
        row,
        after.withPosition(
            new Position(
                asked.state(), asked.version(), asked.visibleAt(), fence, Optional.empty())));
    HistoryTable.bindRest(row, transition.row());
    if (this == STAGE_DONE) {
      return;
    }
    EntryColumns.bindRecord(row, after);
    if (this == REST) {
      EntryColumns.bindBeside(row, after);
    }
  }

  /** Binds what {@link Statement#expire} names behind the key, in its order. */
  private static void bindExpiry(ColumnBatch row, Transition transition) throws SQLException {
    Entry after = transition.after();
    HistoryRow step = transition.row();
    row.text(after.state().name())
        .number(after.version())
        .time(after.position().visibleAt())
        .number(after.chain().length())
        .digest(after.chain().head())
        .time(after.published().map(Publication::provenAt))
        .text(step.step().transition().value())
        .time(step.step().at())
        .text(step.from().map(State::name))
        .text(step.note().actor())
        .text(step.note().detail())
        .digest(step.link().previous());
  }

  private static void bindAlerts(Bound statement, List<Transition> transitions)
      throws SQLException {
    ColumnBatch alerts = new ColumnBatch();
    for (int i = 0; i < transitions.size(); i++) {
      for (AlertRow alert : transitions.get(i).alerts()) {
        AlertTable.bind(alerts.row().number(i + 1L), alert);
      }
    }
    alerts.bind(statement);
  }

  private static void bindNotices(Bound statement, List<Transition> transitions)
      throws SQLException {
    ColumnBatch notices = new ColumnBatch();
    for (int i = 0; i < transitions.size(); i++) {
      NoticeTable.bind(notices.row().number(i + 1L), transitions.get(i).notice().orElseThrow());
    }
    notices.bind(statement);
  }

  /** The texts. */
  private static final class Statement {

    /** The columns of a history row that its entry has too, by the names that it has there. */
    private static final Map<String, String> SHARED =
        Map.of("ordinal", "chain_length", "to_state", "state", "hash", "chain_head");

    /**
     * One where each row of work that went had its entry to settle, in the cell of the census that
     * it was in. Otherwise nothing, by which the server refuses to divide: it undoes the statement,
     * and each row is judged alone.
     */
    private static final String BOTH =
        "(SELECT CASE WHEN (SELECT COUNT(*) FROM settled) = (SELECT COUNT(*) FROM done) THEN 1"
            + " ELSE 0 END)";

    private static final List<String> HISTORY_COLUMNS =
        HistoryTable.VALUES.stream()
            .map(column -> SHARED.getOrDefault(column, "h_" + column))
            .toList();
    private static final String HISTORY =
        "INSERT INTO @history (owner, id, "
            + String.join(", ", HistoryTable.VALUES)
            + ") SELECT owner, id, "
            + String.join(", ", HISTORY_COLUMNS)
            + " FROM done";

    /** What an expiry changes of an entry. */
    private static final List<String> EXPIRING =
        List.of("state", "version", "visible_at", "chain_length", "chain_head", "proven_at");

    /** What an expiry's history row has beyond that; its kind is named as the state. */
    private static final List<String> EXPIRY_NOTED =
        List.of("h_transition", "h_at", "h_from_state", "h_actor", "h_detail", "h_previous");

    private static final String NOTICE = ", noticed AS (" + notice() + ")";

    private Statement() {}

    private static String table(String guard, List<String> rest) {
      List<String> columns = new ArrayList<>(List.of("owner", "id", guard, "queue"));
      columns.addAll(EntryColumns.PROGRESS);
      HistoryTable.VALUES.stream()
          .filter(column -> !SHARED.containsKey(column))
          .forEach(column -> columns.add("h_" + column));
      columns.addAll(rest);
      return "u AS (SELECT * FROM " + ColumnBatch.table("x", columns) + ")";
    }

    private static String leased() {
      return "w.owner = u.owner AND w.id = u.id AND w.version = u.version - 1"
          + " AND w.fence = u.fence AND w.lease_incarnation = u.incarnation"
          + " AND w.chain_length = u.chain_length - 1 AND w.chain_head = u.h_previous";
    }

    private static String assigned(String source, List<String> columns) {
      return columns.stream()
          .map(column -> column + " = " + source + "." + column)
          .collect(Collectors.joining(", "));
    }

    /** Adds the batch up once by what tells its elements apart, and then turns it into tallies. */
    private static String count(String groups, String sums, String... lines) {
      return "moved AS MATERIALIZED (SELECT "
          + groups
          + ", COUNT(*) AS amount"
          + sums
          + " FROM done GROUP BY "
          + groups
          + "), counted AS (INSERT INTO @tally_increments (owner, kind, amount, bytes, hour,"
          + " pipeline, entered, published) SELECT owner, kind, SUM(amount), SUM(bytes), hour,"
          + " pipeline, SUM(entered), SUM(published) FROM ("
          + String.join(" UNION ALL ", lines)
          + ") AS lines GROUP BY owner, kind, hour, pipeline"
          + " HAVING SUM(amount) <> 0 OR SUM(bytes) <> 0 OR SUM(published) <> 0)";
    }

    /** Adds the batch up by owner and cell of the hourly census, with the bytes. */
    private static String countCells(String groups, String sums, String... lines) {
      return "placed AS (SELECT *, "
          + CensusTable.hourOf("done")
          + " AS hour FROM done), "
          + count(
                  "owner, " + groups + ", hour, pipeline",
                  ", SUM(bytes) AS bytes, COUNT(*) FILTER (WHERE state IN ('FAILED', 'LOST')"
                      + " AND published_prefix IS NOT NULL) AS published"
                      + sums,
                  lines)
              .replace(" FROM done GROUP BY", " FROM placed GROUP BY");
    }

    /** Moves what is at rest afterwards from what its owner's tally called it before. */
    private static String move(String before) {
      return countCells(
          "h_from_state, state",
          "",
          cell(before, "-amount", "-bytes", "0", "0"),
          cell("state", "amount", "bytes", "0", "published"),
          all("h_from_state", "-amount"),
          all("state", "amount"));
    }

    /** Counts entries of an owner, also in their cell. */
    private static String cell(
        String kind, String amount, String bytes, String entered, String published) {
      return "SELECT owner, %s AS kind, %s AS amount, %s AS bytes, hour, pipeline, %s AS entered, %s AS published FROM moved"
          .formatted(kind, amount, bytes, entered, published);
    }

    /** Counts for the empty owner. */
    private static String all(String kind, String amount) {
      return uncelled("''", kind, amount, "0");
    }

    private static String uncelled(String owner, String kind, String amount, String bytes) {
      return "SELECT %s AS owner, %s AS kind, %s AS amount, %s AS bytes, CAST(NULL AS bigint) AS hour,"
              .formatted(owner, kind, amount, bytes)
          + " CAST(NULL AS text) AS pipeline, CAST(NULL AS bigint) AS entered,"
          + " CAST(NULL AS bigint) AS published FROM moved";
    }

    /** The state is compared as an expression, so that no plan looks for it but by the id. */
    static String accept(boolean notice) {
      return "WITH "
          + table("part", EntryColumns.RECORD)
          + ", done AS (UPDATE @sessions s SET state = 'ACCEPTED', touched_at = "
          + PostgresDialect.NOW
          + " FROM u WHERE s.id = u.session AND s.owner = u.owner AND s.sequence = u.id"
          + " AND (s.state || '') = 'OPEN'"
          + " AND length(s.part_starts) - length(replace(s.part_starts, ',', '')) = u.part"
          + " AND NOT EXISTS (SELECT 1 FROM @entries e WHERE e.owner = u.owner AND e.id = u.id)"
          + " RETURNING u.*, s.reserved_bytes AS released)"
          + ", entered AS (INSERT INTO @entries (owner, id, "
          + String.join(", ", EntryColumns.RECORD)
          + ") SELECT owner, id, "
          + String.join(", ", EntryColumns.RECORD)
          + " FROM done), queued AS (INSERT INTO @work (owner, id, queue, "
          + String.join(", ", EntryColumns.PROGRESS)
          + ") SELECT owner, id, queue, "
          + String.join(", ", EntryColumns.PROGRESS)
          + " FROM done), written AS ("
          + HISTORY
          + "), "
          + countCells(
              "state",
              ", SUM(released) AS released",
              uncelled("owner", "'OPEN'", "-amount", "-released"),
              all("'OPEN'", "-amount"),
              cell("'IN_FLIGHT'", "amount", "bytes", "amount", "published"),
              all("state", "amount"))
          + (notice ? NOTICE : "")
          + " SELECT place FROM done";
    }

    static String stageDone() {
      return "WITH "
          + table("incarnation", List.of())
          + ", done AS (UPDATE @work w SET queue = u.queue, "
          + assigned("u", EntryColumns.PROGRESS)
          + ", lease_until = NULL, lease_incarnation = NULL, lease_node = NULL,"
          + " lease_node_version = NULL"
          + " FROM u WHERE "
          + leased()
          + " RETURNING u.place, u.owner, u.id, "
          + EntryColumns.prefixed("u.", HISTORY_COLUMNS)
          + "), written AS ("
          + HISTORY
          + "), "
          + count("h_from_state, state", "", all("h_from_state", "-amount"), all("state", "amount"))
          + " SELECT place FROM done";
    }

    static String settle(boolean alerts, boolean notice) {
      return "WITH "
          + table("incarnation", EntryColumns.RECORD)
          + ", done AS (DELETE FROM @work w USING u WHERE "
          + leased()
          + " RETURNING u.*), settled AS (UPDATE @entries e SET "
          + assigned("d", EntryColumns.RECORD)
          + ", "
          + assigned("d", EntryColumns.PROGRESS)
          + " FROM done d WHERE e.owner = d.owner AND e.id = d.id AND e.accepted_at = d.accepted_at"
          + " AND e.pipeline = d.pipeline RETURNING d.place), written AS ("
          + HISTORY
          + "), "
          + move("'IN_FLIGHT'")
          + (alerts ? ", told AS (" + tell() + ")" : "")
          + (notice ? NOTICE : "")
          + " SELECT place / "
          + BOTH
          + " FROM done";
    }

    /** What the row has already is taken from there: what the tallies count. */
    static String expire() {
      List<String> columns =
          Stream.of(List.of("owner", "id"), EXPIRING, EXPIRY_NOTED).flatMap(List::stream).toList();
      return "WITH u AS (SELECT * FROM "
          + ColumnBatch.table("x", columns)
          + "), done AS (UPDATE @entries e SET "
          + assigned("u", EXPIRING)
          + " FROM u WHERE e.owner = u.owner AND e.id = u.id AND e.version = u.version - 1"
          + " AND e.state = u.h_from_state AND e.chain_length = u.chain_length - 1"
          + " AND e.chain_head = u.h_previous AND e.published_prefix IS NOT NULL"
          + " AND e.superseded_until IS NULL"
          + " RETURNING u.place, u.owner, u.id, u.state, u.state AS h_kind, u.chain_length,"
          + " u.chain_head, "
          + EntryColumns.prefixed("u.", EXPIRY_NOTED)
          + ", e.bytes, e.accepted_at, e.pipeline, e.published_prefix), written AS ("
          + HISTORY
          + "), "
          + move("h_from_state")
          + " SELECT place FROM done";
    }

    /**
     * Who read this version read this fence and this time too, since each change of them raises it;
     * a row without a state is in flight, and its progress is not here. An expiry that says
     * something else of the hold is left to whoever keeps it.
     */
    static String rest() {
      List<String> changed =
          Stream.of(EntryColumns.RECORD, EntryColumns.BESIDE).flatMap(List::stream).toList();
      return "WITH "
          + table("part", changed)
          + ", done AS (UPDATE @entries e SET "
          + assigned("u", changed)
          + ", "
          + assigned("u", EntryColumns.PROGRESS)
          + " FROM u WHERE e.owner = u.owner AND e.id = u.id AND e.version = u.part"
          + " AND e.state = u.h_from_state AND e.chain_length = u.chain_length - 1"
          + " AND e.chain_head = u.h_previous AND e.accepted_at = u.accepted_at"
          + " AND e.pipeline = u.pipeline AND (u.h_kind NOT IN ('EXPIRING', 'EXPIRED')"
          + " OR e.hold_at IS NOT DISTINCT FROM u.hold_at) RETURNING u.*), written AS ("
          + HISTORY
          + "), "
          + move("h_from_state")
          + " SELECT place FROM done";
    }

    private static String notice() {
      List<String> columns = new ArrayList<>(List.of("element"));
      NoticeTable.VALUES.forEach(column -> columns.add("n_" + column));
      return "INSERT INTO @notices ("
          + String.join(", ", NoticeTable.VALUES)
          + ") SELECT "
          + EntryColumns.prefixed("n.n_", NoticeTable.VALUES)
          + " FROM "
          + ColumnBatch.table("n", columns)
          + " JOIN done d ON d.place = n.element ORDER BY n.place";
    }

    private static String tell() {
      List<String> columns = new ArrayList<>(List.of("element"));
      AlertTable.VALUES.forEach(column -> columns.add("a_" + column));
      return "INSERT INTO @alerts ("
          + String.join(", ", AlertTable.VALUES)
          + ") SELECT "
          + EntryColumns.prefixed("a.a_", AlertTable.VALUES)
          + " FROM "
          + ColumnBatch.table("a", columns)
          + " JOIN done d ON d.place = a.element ORDER BY a.place";
    }
  }
}
