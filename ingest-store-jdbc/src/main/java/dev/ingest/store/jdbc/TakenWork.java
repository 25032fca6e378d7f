package dev.ingest.store.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A row of work that a claim on PostgreSQL has leased, as it was before.
 *
 * <p>The statement that leases is committed before its rows are read. So what cannot be read of
 * them, as where a newer release has written it, is given back: nobody would work on it, and each
 * claim of it would spend an attempt. It is as it was, with the lease that it had lost, but for its
 * version and fence, which only grow, and is due again after the time of a lease, so that it does
 * not stand in the way of what is due behind it.
 *
 * @param owner the sequence's owner
 * @param id the sequence's id
 * @param fence the fence that was granted
 * @param state what it was in
 * @param lease the lease that had run out, column by column
 * @param problem why it cannot be read
 */
record TakenWork(
    String owner,
    String id,
    long fence,
    String state,
    Lease lease,
    Optional<SQLException> problem) {

  /** What {@link #read} reads first, of the rows of a claim. */
  static final String COLUMNS =
      "w.owner, w.id, w.fence, w.old_state, w.old_lease_until, w.old_lease_incarnation,"
          + " w.old_lease_node, w.old_lease_node_version, ";

  private static final String GIVE_BACK =
      "WITH t AS MATERIALIZED (SELECT "
          + PostgresDialect.NOW
          + " AS millis), u AS MATERIALIZED (SELECT * FROM "
          + ColumnBatch.table(
              "x",
              List.of(
                  "owner",
                  "id",
                  "fence",
                  "state",
                  "lease_until",
                  "lease_incarnation",
                  "lease_node",
                  "lease_node_version"))
          + "), done AS (UPDATE @work w SET state = u.state, version = w.version + 1,"
          + " visible_at = GREATEST(w.visible_at, t.millis + ?),"
          + " attempts = GREATEST(w.attempts - 1, 0), lease_until = u.lease_until,"
          + " lease_incarnation = u.lease_incarnation, lease_node = u.lease_node,"
          + " lease_node_version = u.lease_node_version FROM u, t WHERE w.owner = u.owner"
          + " AND w.id = u.id AND w.fence = u.fence AND w.lease_incarnation = ? RETURNING u.state),"
          + " counted AS (INSERT INTO @tally_increments (owner, kind, amount, bytes)"
          + " SELECT '', kind, sign * amount, 0 FROM (SELECT COUNT(*) AS amount FROM done"
          + " WHERE state = 'ACCEPTED') AS moved CROSS JOIN"
          + " (VALUES ('PROCESSING', -1), ('ACCEPTED', 1)) AS kinds (kind, sign)"
          + " WHERE amount > 0) SELECT COUNT(*) FROM done";

  /** The columns of a lease. */
  record Lease(
      Optional<Long> until,
      Optional<String> incarnation,
      Optional<String> node,
      Optional<String> nodeVersion) {}

  /** Reads what was taken, and then what it is, which goes to {@code found} if it can be read. */
  static TakenWork read(Row row, Bound.Visit found) throws SQLException {
    TakenWork taken =
        new TakenWork(
            row.text(),
            row.text(),
            row.number(),
            row.text(),
            new Lease(
                row.optionalNumber(), row.optionalText(), row.optionalText(), row.optionalText()),
            Optional.empty());
    try {
      found.see(row);
      return taken;
    } catch (SQLException e) {
      return taken.withProblem(e);
    } catch (RuntimeException e) {
      return taken.withProblem(
          new UnreadableRowException("the row of %s/%s".formatted(taken.owner, taken.id), e));
    }
  }

  private TakenWork withProblem(SQLException found) {
    return new TakenWork(owner, id, fence, state, lease, Optional.of(found));
  }

  /** Gives back what nobody else has taken meanwhile, to be due again after a while. */
  static long giveBack(
      Statements db,
      List<TakenWork> taken,
      Optional<Long> givenMillis,
      Duration wait,
      String incarnation)
      throws SQLException {
    ColumnBatch batch = new ColumnBatch();
    taken.stream()
        .sorted(Comparator.comparing(TakenWork::owner).thenComparing(TakenWork::id))
        .forEachOrdered(
            one ->
                batch
                    .row()
                    .text(Optional.of(one.owner))
                    .text(Optional.of(one.id))
                    .number(Optional.of(one.fence))
                    .text(Optional.of(one.state))
                    .number(one.lease.until)
                    .text(one.lease.incarnation)
                    .text(one.lease.node)
                    .text(one.lease.nodeVersion));
    Bound statement = db.sql(GIVE_BACK);
    statement.number(givenMillis);
    batch.bind(statement);
    return statement.number(Millis.plus(0, wait)).text(incarnation).number();
  }
}
